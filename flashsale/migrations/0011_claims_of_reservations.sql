-- A claim belongs to its reservation: one key says whose it is, of which sale and on which lot,
-- where three said less. A claim is written under the eyes of everybody who waits, and each key
-- is a look at another table for every row.
ALTER TABLE flashsale_reservation
    ADD CONSTRAINT reservation_of_claims UNIQUE (person_id, sale_id, lot_id, id);
ALTER TABLE flashsale_claim
    ADD CONSTRAINT claim_of_reservation FOREIGN KEY (person_id, sale_id, lot_id, reservation_id)
        REFERENCES flashsale_reservation (person_id, sale_id, lot_id, id),
    DROP CONSTRAINT claim_lot_in_sale;

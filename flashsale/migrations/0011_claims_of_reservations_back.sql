ALTER TABLE flashsale_claim
    DROP CONSTRAINT claim_of_reservation,
    ADD CONSTRAINT claim_lot_in_sale FOREIGN KEY (lot_id, sale_id)
        REFERENCES flashsale_lot (id, sale_id);
ALTER TABLE flashsale_reservation
    DROP CONSTRAINT reservation_of_claims;

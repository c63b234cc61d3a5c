-- A unit, its lot and its sale belong together, and so do a claim and its unit: no claim can end
-- up with a unit of another lot, and no unit in another sale than its lot.
ALTER TABLE flashsale_lot
    ADD CONSTRAINT lot_of_sale UNIQUE (id, sale_id);
ALTER TABLE flashsale_unit
    ADD CONSTRAINT unit_of_lot UNIQUE (id, lot_id),
    ADD CONSTRAINT unit_lot_in_sale FOREIGN KEY (lot_id, sale_id)
        REFERENCES flashsale_lot (id, sale_id);
ALTER TABLE flashsale_claim
    ADD CONSTRAINT claim_unit_in_lot FOREIGN KEY (unit_id, lot_id)
        REFERENCES flashsale_unit (id, lot_id),
    ADD CONSTRAINT claim_lot_in_sale FOREIGN KEY (lot_id, sale_id)
        REFERENCES flashsale_lot (id, sale_id);
ALTER TABLE flashsale_reservation
    ADD CONSTRAINT reservation_lot_in_sale FOREIGN KEY (lot_id, sale_id)
        REFERENCES flashsale_lot (id, sale_id);

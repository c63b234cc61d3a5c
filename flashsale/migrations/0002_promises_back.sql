ALTER TABLE flashsale_reservation DROP CONSTRAINT reservation_lot_in_sale;
ALTER TABLE flashsale_claim
    DROP CONSTRAINT claim_lot_in_sale,
    DROP CONSTRAINT claim_unit_in_lot;
ALTER TABLE flashsale_unit
    DROP CONSTRAINT unit_lot_in_sale,
    DROP CONSTRAINT unit_of_lot;
ALTER TABLE flashsale_lot DROP CONSTRAINT lot_of_sale;

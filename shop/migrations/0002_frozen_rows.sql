-- A movement is written once. A wrong one is answered by another one.
CREATE FUNCTION shop_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: stock movements never change', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_stockmovement_final BEFORE UPDATE OR DELETE
    ON shop_stockmovement FOR EACH ROW EXECUTE FUNCTION shop_refuse_change();

-- What a buyer saw is frozen with the order.
CREATE FUNCTION shop_refuse_other_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'order % keeps what its buyer saw', OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_order_promise BEFORE UPDATE OF shown, buyer_id, store_id, total_minor, currency
    ON shop_order FOR EACH ROW
    WHEN ((OLD.shown, OLD.buyer_id, OLD.store_id, OLD.total_minor, OLD.currency)
          IS DISTINCT FROM (NEW.shown, NEW.buyer_id, NEW.store_id, NEW.total_minor, NEW.currency))
    EXECUTE FUNCTION shop_refuse_other_promise();

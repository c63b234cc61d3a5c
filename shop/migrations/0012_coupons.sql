-- What a coupon took off is frozen with the order, as is what its buyer saw.
CREATE TRIGGER shop_order_discount BEFORE UPDATE OF coupon_id, discount_minor
    ON shop_order FOR EACH ROW
    WHEN ((OLD.coupon_id, OLD.discount_minor) IS DISTINCT FROM (NEW.coupon_id, NEW.discount_minor))
    EXECUTE FUNCTION shop_refuse_other_promise();

-- Orders name coupons without a key that the database checks: none is ever deleted, and its terms
-- stay as its buyers knew them. What is counted moves, and the end.
CREATE FUNCTION shop_refuse_other_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - '{use_count,given_minor,ended_at}'::text[]
        = to_jsonb(NEW) - '{use_count,given_minor,ended_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of coupon % is refused: end it, and set another one', TG_OP, OLD.code
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_coupon_kept BEFORE UPDATE OR DELETE
    ON shop_coupon FOR EACH ROW EXECUTE FUNCTION shop_refuse_other_coupon();

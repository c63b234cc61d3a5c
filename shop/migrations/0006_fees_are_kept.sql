-- A rule is added and ended, never rewritten: what stands is the history.
CREATE FUNCTION shop_refuse_other_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL
        AND to_jsonb(OLD) - 'ended_at' = to_jsonb(NEW) - 'ended_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of fee rule % is refused: a rule is ended, and another one set', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_feerule_kept BEFORE UPDATE OR DELETE
    ON shop_feerule FOR EACH ROW EXECUTE FUNCTION shop_refuse_other_rule();

-- The fee is frozen with the order, as is what its buyer saw.
CREATE FUNCTION shop_refuse_other_fee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'order % keeps the fee it was placed under', OLD.number
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER shop_order_fee
    BEFORE UPDATE OF fee_rule_id, fee_basis_points, fee_fixed_minor, fee_minor
    ON shop_order FOR EACH ROW
    WHEN ((OLD.fee_rule_id, OLD.fee_basis_points, OLD.fee_fixed_minor, OLD.fee_minor)
          IS DISTINCT FROM
          (NEW.fee_rule_id, NEW.fee_basis_points, NEW.fee_fixed_minor, NEW.fee_minor))
    EXECUTE FUNCTION shop_refuse_other_fee();

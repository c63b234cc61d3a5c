-- A line of Stripe's list stays as it was first told; only its transaction is filled in, once found.
CREATE TRIGGER payments_balanceline_kept BEFORE DELETE
    ON payments_balanceline FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_balanceline_told BEFORE UPDATE
    ON payments_balanceline FOR EACH ROW
    WHEN (OLD.transaction_id <> coalesce(NEW.transaction_id, 0)
        OR (OLD.stripe_id, OLD.type, OLD.category, OLD.source_id, OLD.parent_id, OLD.amount_minor,
            OLD.fee_minor, OLD.net_minor, OLD.currency, OLD.made_at, OLD.raw)
        IS DISTINCT FROM (NEW.stripe_id, NEW.type, NEW.category, NEW.source_id, NEW.parent_id,
            NEW.amount_minor, NEW.fee_minor, NEW.net_minor, NEW.currency, NEW.made_at, NEW.raw))
    EXECUTE FUNCTION payments_refuse_change();

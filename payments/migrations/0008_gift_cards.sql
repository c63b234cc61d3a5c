-- Payments name gift cards without a key that the database checks: none is ever deleted.
CREATE TRIGGER payments_giftcard_kept BEFORE DELETE
    ON payments_giftcard FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- What a gift card is stays as it was made, and whoever has it keeps it.
CREATE TRIGGER payments_giftcard_identity BEFORE UPDATE
    ON payments_giftcard FOR EACH ROW
    WHEN ((OLD.account_id, OLD.amount_minor, OLD.currency, OLD.buyer_id, OLD.issued_by_id, OLD.key)
        IS DISTINCT FROM
        (NEW.account_id, NEW.amount_minor, NEW.currency, NEW.buyer_id, NEW.issued_by_id, NEW.key)
        OR (OLD.holder_id IS NOT NULL AND OLD.holder_id IS DISTINCT FROM NEW.holder_id))
    EXECUTE FUNCTION payments_refuse_change();

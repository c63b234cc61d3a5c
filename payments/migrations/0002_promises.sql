-- What the database itself keeps about money, whatever the code above it does.

-- 1. Currencies cannot cross: a leg's currency is that of both its accounts.
ALTER TABLE payments_transfer
    ADD CONSTRAINT payments_transfer_from_account FOREIGN KEY (from_account_id, currency)
        REFERENCES payments_account (id, currency),
    ADD CONSTRAINT payments_transfer_to_account FOREIGN KEY (to_account_id, currency)
        REFERENCES payments_account (id, currency);

-- 2. A transaction is sealed when the database transaction that wrote it ends: its number is
--    kept beside it, and a later line comes from another number. No flag, nothing to forget.
ALTER TABLE payments_ledgertransaction
    ADD COLUMN written_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION payments_refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        JOIN payments_ledgertransaction booked ON booked.id = fresh.transaction_id
        WHERE booked.written_in <> pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'this ledger transaction is sealed; book a new one'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER payments_transfer_late AFTER INSERT ON payments_transfer
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_late_lines();

-- 3. What is posted stays posted.
CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: posted rows never change', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER payments_ledgertransaction_final BEFORE UPDATE OR DELETE
    ON payments_ledgertransaction FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_transfer_final BEFORE UPDATE OR DELETE
    ON payments_transfer FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
-- Folding deletes accruals; nothing may alter one.
CREATE TRIGGER payments_accrual_final BEFORE UPDATE
    ON payments_accrual FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- 4. An account keeps its name for ever; only its balance and its floor move.
CREATE TRIGGER payments_account_kept BEFORE DELETE
    ON payments_account FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_account_identity BEFORE UPDATE
    ON payments_account FOR EACH ROW
    WHEN ((OLD.owner, OLD.kind, OLD.currency, OLD.accrues)
        IS DISTINCT FROM (NEW.owner, NEW.kind, NEW.currency, NEW.accrues))
    EXECUTE FUNCTION payments_refuse_change();

-- 5. A resolved hold stays resolved.
CREATE TRIGGER payments_hold_kept BEFORE DELETE
    ON payments_hold FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_hold_resolved BEFORE UPDATE
    ON payments_hold FOR EACH ROW WHEN (OLD.state <> 'pending')
    EXECUTE FUNCTION payments_refuse_change();

-- 6. TRUNCATE passes row triggers by. The tests' own connections may, to empty their database.
CREATE FUNCTION payments_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('plaza.may_truncate', true), '') <> 'on' THEN
        RAISE EXCEPTION 'TRUNCATE of % is refused: posted rows never change', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER payments_account_truncate BEFORE TRUNCATE
    ON payments_account FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_truncate();
CREATE TRIGGER payments_ledgertransaction_truncate BEFORE TRUNCATE
    ON payments_ledgertransaction FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_truncate();
CREATE TRIGGER payments_transfer_truncate BEFORE TRUNCATE
    ON payments_transfer FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_truncate();
CREATE TRIGGER payments_accrual_truncate BEFORE TRUNCATE
    ON payments_accrual FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_truncate();
CREATE TRIGGER payments_hold_truncate BEFORE TRUNCATE
    ON payments_hold FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_truncate();

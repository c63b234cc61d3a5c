DROP TRIGGER payments_hold_truncate ON payments_hold;
DROP TRIGGER payments_accrual_truncate ON payments_accrual;
DROP TRIGGER payments_transfer_truncate ON payments_transfer;
DROP TRIGGER payments_ledgertransaction_truncate ON payments_ledgertransaction;
DROP TRIGGER payments_account_truncate ON payments_account;
DROP TRIGGER payments_hold_resolved ON payments_hold;
DROP TRIGGER payments_hold_kept ON payments_hold;
DROP TRIGGER payments_account_identity ON payments_account;
DROP TRIGGER payments_account_kept ON payments_account;
DROP TRIGGER payments_accrual_final ON payments_accrual;
DROP TRIGGER payments_transfer_final ON payments_transfer;
DROP TRIGGER payments_ledgertransaction_final ON payments_ledgertransaction;
DROP TRIGGER payments_transfer_late ON payments_transfer;
DROP FUNCTION payments_refuse_truncate();
DROP FUNCTION payments_refuse_change();
DROP FUNCTION payments_refuse_late_lines();
ALTER TABLE payments_ledgertransaction DROP COLUMN written_in;
ALTER TABLE payments_transfer
    DROP CONSTRAINT payments_transfer_from_account,
    DROP CONSTRAINT payments_transfer_to_account;

DROP TRIGGER shop_order_promise ON shop_order;
DROP FUNCTION shop_refuse_other_promise();
DROP TRIGGER shop_stockmovement_final ON shop_stockmovement;
DROP FUNCTION shop_refuse_change();

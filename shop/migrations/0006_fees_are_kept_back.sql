DROP TRIGGER shop_order_fee ON shop_order;
DROP FUNCTION shop_refuse_other_fee();
DROP TRIGGER shop_feerule_kept ON shop_feerule;
DROP FUNCTION shop_refuse_other_rule();

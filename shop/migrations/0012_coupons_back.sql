DROP TRIGGER shop_coupon_kept ON shop_coupon;
DROP FUNCTION shop_refuse_other_coupon();
DROP TRIGGER shop_order_discount ON shop_order;

-- The fee rule of each variant at one moment: product before store before category before site,
-- among equals the one that began last.
SELECT DISTINCT ON (variant.id) variant.id, rule.id, rule.basis_points, rule.fixed_minor
FROM shop_variant variant
JOIN shop_product product ON product.id = variant.product_id
JOIN shop_feerule rule ON rule.scope = 'site' OR rule.category = product.category
    OR rule.store_id = product.store_id OR rule.product_id = product.id
WHERE variant.id = ANY(%(variants)s::bigint[])
    AND rule.valid_from <= %(at)s AND (rule.ended_at IS NULL OR rule.ended_at > %(at)s)
    AND rule.currency IN ('', %(currency)s)
ORDER BY variant.id, array_position(ARRAY['product', 'store', 'category', 'site'], rule.scope::text),
    rule.valid_from DESC, rule.id DESC

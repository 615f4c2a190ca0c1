-- List every table that carries a customer_id, from the catalog, with its columns in order: no table can be forgotten.
SELECT columns.table_schema::text AS schema_name, columns.table_name::text AS table_name
FROM information_schema.columns
INNER JOIN information_schema.tables ON tables.table_schema = columns.table_schema AND tables.table_name = columns.table_name
WHERE
    columns.column_name = 'customer_id'
    AND tables.table_type = 'BASE TABLE'
    AND columns.table_schema NOT IN ('pg_catalog', 'information_schema')
ORDER BY columns.table_schema, columns.table_name

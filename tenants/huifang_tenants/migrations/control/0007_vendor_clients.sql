-- Programs of outside vendors, who see their own assigned work alone (HT-3).

ALTER TABLE control.oauth_client ADD COLUMN vendor text;
COMMENT ON COLUMN control.oauth_client.vendor IS 'The outside vendor whose people it acts for; null: not bound to one.';

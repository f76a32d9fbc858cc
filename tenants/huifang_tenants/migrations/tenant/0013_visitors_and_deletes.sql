-- Whether the visitor was the seller is a matter of each contract visited about: one contact may serve several (DEC-5, DEC-7).

ALTER TABLE contact_section ADD COLUMN visitor_is_seller boolean NOT NULL DEFAULT false;
-- What was judged stays as it was judged.
UPDATE contact_section s SET visitor_is_seller = true FROM contact k WHERE k.id = s.contact_id AND k.visitor_is_seller;
COMMENT ON COLUMN contact_section.visitor_is_seller IS 'A visit by the seller of the contract this is about (DEC-7).';
COMMENT ON COLUMN contact.visitor_is_seller IS 'A visit by the seller of one of the contracts it is about, at least.';

-- From all others the tenant's role deletes nothing (GEN-2).

COMMENT ON TABLE draw_member IS 'deletable: the members of a population, gathered anew until it is closed.';
COMMENT ON TABLE schedule_progress IS 'deletable: up to which day each schedule was looked at; of those no longer wanted nothing is kept.';

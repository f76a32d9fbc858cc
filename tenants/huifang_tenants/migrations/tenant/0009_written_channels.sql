-- Contacts that no member of staff makes: the customer is written to and answers online, by e-mail or by text message (PF-2, REG-6).

ALTER TABLE contact
    ALTER COLUMN staff_id DROP NOT NULL,
    ADD COLUMN answer_by timestamptz,
    ADD COLUMN link_hash bytea CONSTRAINT contact_link_key UNIQUE,
    ADD COLUMN session_hash bytea,
    ADD COLUMN identity_tries smallint NOT NULL DEFAULT 0,
    ADD COLUMN reply_code text CONSTRAINT contact_reply_code_key UNIQUE,
    ADD CONSTRAINT contact_made_by_somebody CHECK (staff_id IS NOT NULL OR answer_by IS NOT NULL);
COMMENT ON COLUMN contact.staff_id IS 'Who made it; null where the customer was written to and nobody did.';
COMMENT ON COLUMN contact.number_enc IS 'The number rung, or the number or address written to.';
COMMENT ON COLUMN contact.answer_by IS 'Business time until which what was written waits for an answer; its link works until then.';
COMMENT ON COLUMN contact.link_hash IS 'SHA-256 of the token in the link to the questionnaire; the token itself is kept nowhere in the clear.';
COMMENT ON COLUMN contact.session_hash IS 'SHA-256 of what the browser holds in which identity was verified last.';
COMMENT ON COLUMN contact.identity_tries IS 'How often what the customer gave to prove who they are was wrong.';
COMMENT ON COLUMN contact.reply_code IS 'By which a reply names the contact it belongs to.';
CREATE INDEX contact_answer_by_idx ON contact (answer_by) WHERE status = 'in_progress' AND answer_by IS NOT NULL;

CREATE TABLE message (
    id uuid PRIMARY KEY,
    contact_id uuid REFERENCES contact (id),
    channel text NOT NULL CHECK (channel IN ('online', 'email', 'sms')),
    kind text NOT NULL CHECK (kind IN ('page', 'answer', 'sent', 'received')),
    status text NOT NULL CHECK (status IN ('kept', 'waiting', 'sent', 'delivered', 'failed')),
    content_enc bytea NOT NULL,
    reference text,
    reason text,
    at timestamptz NOT NULL,
    wall_at timestamptz NOT NULL,
    CONSTRAINT message_reference_key UNIQUE (channel, kind, reference)
);
COMMENT ON TABLE message IS 'What a customer was shown or sent, and what came back, as it was (REG-6, GEN-2).';
COMMENT ON COLUMN message.contact_id IS 'Null: a reply that fits no contact.';
COMMENT ON COLUMN message.kind IS 'page: shown online. answer: given there. sent, received: by e-mail or text message.';
COMMENT ON COLUMN message.reference IS 'By which the mail server or gateway knows it: the same report or reply counts once.';
COMMENT ON COLUMN message.at IS 'Business time; wall_at is wall time.';
CREATE INDEX message_contact_idx ON message (contact_id, id);

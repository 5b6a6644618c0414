/** Emitted events may name what they are about. */
export const EVENT_SUBJECT = ['alter table outbox add column subject text null', 'pragma user_version = 12']

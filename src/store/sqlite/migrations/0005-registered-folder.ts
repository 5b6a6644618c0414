/** The folder that paths in a registered workflow are relative to: one definition may be saved from several folders. */
export const REGISTERED_FOLDER = ['alter table workflow_version add column folder text null', 'pragma user_version = 5']

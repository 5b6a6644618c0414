/** Registered workflows in SQL. */
import type { RegisteredWorkflow, WorkflowEntry } from '../registered-workflow.ts'
import { unsavedDefinition } from '../rules/new-run.ts'
import { one, type Session, sql } from './session.ts'

export const registerWorkflow = async (
  session: Session,
  { workflow, definition, at, folder }: WorkflowEntry,
): Promise<'new' | 'unchanged'> => {
  await session.all(WORKFLOW.lock, [workflow])
  const newest = await one(session, WORKFLOW.find, [workflow])
  if (newest?.definition === definition) {
    if (folder !== undefined) await session.all(WORKFLOW.move, [folder, workflow, newest.version])
    return 'unchanged'
  }
  const values = [workflow, (newest?.version ?? 0) + 1, at, folder ?? null, definition]
  if ((await session.all(WORKFLOW.add, values)).length === 0)
    throw unsavedDefinition(definition, `workflow '${workflow}'`)
  return 'new'
}

const SELECT = `select version.workflow, definition.hash as definition, version.version, version.registered_at as "registeredAt",
  version.folder
  from workflow_version version join definition on definition.key = version.definition`

/** First half of the key of an advisory lock: "Trpw". */
const LOCK_SPACE = 0x54727077

export const WORKFLOW = {
  /** Two servers that register a new version at once would give it the same number. */
  lock: sql(`select pg_advisory_xact_lock(${LOCK_SPACE}, hashtext($1::text))`),
  add: sql(
    `insert into workflow_version (workflow, version, registered_at, folder, definition)
     select $1, $2::int, $3::bigint, $4, key from definition where hash = $5 returning 1`,
  ),
  move: sql('update workflow_version set folder = $1 where workflow = $2 and version = $3'),
  list: sql<RegisteredWorkflow>(
    `${SELECT} where version.version = (select max(other.version) from workflow_version other
       where other.workflow = version.workflow) order by version.workflow collate "C"`,
  ),
  listVersions: sql<RegisteredWorkflow>(`${SELECT} where version.workflow = $1 order by version.version desc`),
  find: sql<RegisteredWorkflow>(`${SELECT} where version.workflow = $1 order by version.version desc limit 1`),
} as const

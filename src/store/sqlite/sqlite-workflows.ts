/** Registered workflows in SQL. */
import type { RegisteredWorkflow, WorkflowEntry } from '../registered-workflow.ts'
import { unsavedDefinition } from '../rules/new-run.ts'
import { COLUMN_TYPES } from '../sql/column-types.ts'
import { type ColumnTypes, decodeRow, expectTypes } from '../sql/damaged-rows.ts'
import type { Connection } from './connection.ts'

export const registerWorkflow = (
  { find, move, add }: ReturnType<typeof prepareWorkflows>,
  { workflow, definition, at, folder }: WorkflowEntry,
): 'new' | 'unchanged' => {
  const newest = find.get(workflow)
  if (newest?.definition === definition) {
    if (folder !== undefined) move.run(folder, workflow, newest.version)
    return 'unchanged'
  }
  const { changes } = add.run(workflow, (newest?.version ?? 0) + 1, at, folder ?? null, definition)
  if (changes === 0) throw unsavedDefinition(definition, `workflow '${workflow}'`)
  return 'new'
}

/** @throws StoreError `corrupt` */
export const toWorkflow = (found: RegisteredWorkflow): RegisteredWorkflow =>
  decodeRow(`version ${found.version} of workflow '${found.workflow}'`, () => {
    expectTypes(found, WORKFLOW_TYPES)
    return found
  })

const WORKFLOW_TYPES: ColumnTypes = { ...COLUMN_TYPES.workflow_version, definition: 'text', registeredAt: 'integer' }

const SELECT = `select version.workflow, definition.hash as definition, version.version, version.registered_at as "registeredAt",
  version.folder
  from workflow_version version join definition on definition.key = version.definition`

export const prepareWorkflows = (db: Connection) => ({
  add: db.prepare<[workflow: string, version: number, at: number, folder: string | null, definition: string]>(
    `insert into workflow_version (workflow, version, registered_at, folder, definition)
     select ?, ?, ?, ?, key from definition where hash = ?`,
  ),
  move: db.prepare<[folder: string, workflow: string, version: number]>(
    'update workflow_version set folder = ? where workflow = ? and version = ?',
  ),
  list: db.prepare<[], RegisteredWorkflow>(
    `${SELECT} where version.version = (select max(other.version) from workflow_version other
       where other.workflow = version.workflow) order by version.workflow`,
  ),
  listVersions: db.prepare<[workflow: string], RegisteredWorkflow>(
    `${SELECT} where version.workflow = ? order by version.version desc`,
  ),
  find: db.prepare<[workflow: string], RegisteredWorkflow>(
    `${SELECT} where version.workflow = ? order by version.version desc limit 1`,
  ),
})

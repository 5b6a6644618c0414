import { dirname, resolve } from 'node:path'
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { Fault } from '../../core/fault.ts'
import type { RunRecord, Store } from '../../store/store.ts'
import { compileStored } from '../workflows/compile-stored.ts'

/** A run of the store, ready to be resumed or forked. */
export interface StoredRun {
  record: RunRecord
  workflow: CompiledWorkflow
  /** Absolute folder that relative paths in the workflow start from. */
  folder: string
  /** Values of environment variables, as the run started with them. */
  environment: Record<string, string>
}

export interface LoadOptions {
  catalogue: Catalogue
  /** Values of environment variables that expressions may read. Those that the run started with take precedence. */
  environment: Readonly<Record<string, string>>
  workingFolder: string
}

/** @throws Fault `not_found`, `invalid_input` when its workflow no longer compiles; StoreError */
export const loadRun = async (
  store: Store,
  record: RunRecord,
  { catalogue, environment, workingFolder }: LoadOptions,
): Promise<StoredRun> => {
  const definition = await store.loadDefinition(record.definition)
  const row = await store.readCreated(record.id)
  if (definition === undefined || row === undefined)
    throw new Fault(
      'not_found',
      `run '${record.id}' is not whole in ${store.location}: its definition or journal is gone`,
    )
  const created = row.data
  const variables = { ...environment, ...(created.env as Record<string, string>) }
  const workflow = compileStored(definition, {
    catalogue,
    models: created.models,
    environment: Object.keys(variables),
  })
  const folder = created.folder ?? dirname(resolve(workingFolder, definition.file))
  return { record, workflow, folder, environment: variables }
}

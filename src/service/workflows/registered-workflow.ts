import { dirname, resolve } from 'node:path'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { Fault } from '../../core/fault.ts'
import { didYouMean } from '../../core/nearest.ts'
import type { Definition, Store } from '../../store/store.ts'

export interface FoundWorkflow {
  workflow: CompiledWorkflow
  /** Absolute: base of relative paths in the workflow. */
  folder: string
}

export interface RegisteredOptions {
  /** Absolute. */
  workingFolder: string
  /** @throws Fault `invalid_input` when it no longer compiles */
  compile(definition: Definition): CompiledWorkflow | Promise<CompiledWorkflow>
  /** The name may be meant as that of a file. Default true. */
  mayBeFile?: boolean
}

/**
 * Loads the newest version of a workflow that is registered under this name.
 * @throws Fault `not_found` with the nearest name; `invalid_input` when it no longer compiles; StoreError
 */
export const loadRegistered = async (
  store: Store,
  name: string,
  { workingFolder, compile, mayBeFile = true }: RegisteredOptions,
): Promise<FoundWorkflow> => {
  const found = await store.findWorkflow(name)
  const definition = found && (await store.loadDefinition(found.definition))
  if (definition === undefined) throw await toMissing(store, { name, mayBeFile })
  const workflow = await compile(definition)
  return { workflow, folder: found?.folder ?? dirname(resolve(workingFolder, definition.file)) }
}

const toMissing = async (store: Store, { name, mayBeFile }: { name: string; mayBeFile: boolean }): Promise<Fault> => {
  const names = (await store.listWorkflows()).map(({ workflow }) => workflow)
  const registered =
    names.length === 0
      ? `none is registered there: ${mayBeFile ? 'name a file, such as hello.yaml' : 'troupe workflows apply FILE does it'}`
      : `registered are ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
  const hint = didYouMean(name, names) ?? registered
  return new Fault(
    'not_found',
    `there is no ${mayBeFile ? `file '${name}', and no workflow of this name` : `workflow '${name}'`} in ${store.location}\n${hint}`,
  )
}

/** Compiles stored definitions again, as they were when a run began. */
import type { Catalogue, ProviderEntry } from '../../compiler/catalogue.ts'
import { type Compilation, type CompiledWorkflow, compile, compileInParts } from '../../compiler/compile.ts'
import { type Links, readLinks } from '../../compiler/links.ts'
import { createSource } from '../../compiler/source.ts'
import { HASHING } from '../../compiler/workflow-hash.ts'
import { Fault } from '../../core/fault.ts'
import type { Definition } from '../../store/store.ts'

export interface CompileStoredOptions {
  /** Tools and providers of today. It is pinned: changed prices, parameters and providers refuse no workflow. */
  catalogue: Catalogue
  /** Alias to `provider/name`, as overridden for the run. */
  models?: Readonly<Record<string, string>>
  /** Names of environment variables that expressions may read. */
  environment?: readonly string[]
  /** The caller compares the hash itself. Default false. */
  takesAnyHash?: boolean
  /** Another thread has computed the hash of this definition, and found it right. Default false. */
  isHashChecked?: boolean
}

/** @throws Fault `invalid_input` when it no longer compiles, or is not the text that its hash names */
export const compileStored = (definition: StoredDefinition, options: CompileStoredOptions): CompiledWorkflow =>
  expectCompiled(definition, { ...compile(...toArguments(definition, options)), ...options })

/** The same, with a turn of the event loop between its parts. @throws as `compileStored` */
export const compileStoredInTurns = async (
  definition: StoredDefinition,
  options: CompileStoredOptions,
): Promise<CompiledWorkflow> => {
  const compilation = await compileInTurns(compileInParts(...toArguments(definition, options)))
  return expectCompiled(definition, { ...compilation, ...options })
}

/** Compiles with a turn of the event loop between the parts. */
export const compileInTurns = async (parts: ReturnType<typeof compileInParts>): Promise<Compilation> => {
  let part = parts.next()
  while (part.done !== true) {
    await new Promise((resolve) => setImmediate(resolve))
    part = parts.next()
  }
  return part.value
}

type StoredDefinition = Pick<Definition, 'hash' | 'file' | 'source' | 'links'>

const toArguments = (
  definition: StoredDefinition,
  { catalogue, models = {}, environment = [], isHashChecked = false }: CompileStoredOptions,
): Parameters<typeof compile> => [
  createSource(definition.file, definition.source),
  {
    catalogue: pinCatalogue(catalogue),
    environment,
    models,
    links: readLinks(definition.links as Partial<Links>),
    isStored: true,
    hash: isHashChecked && isHashedAsToday(definition) ? definition.hash : undefined,
  },
]

const expectCompiled = (
  definition: StoredDefinition,
  { compiled, diagnostics, takesAnyHash = false }: Compilation & Pick<CompileStoredOptions, 'takesAnyHash'>,
): CompiledWorkflow => {
  const { file, hash } = definition
  if (compiled !== undefined) {
    if (takesAnyHash || compiled.hash === hash || !isHashedAsToday(definition)) return compiled
    throw new Fault(
      'invalid_input',
      `the stored text of '${file}' was changed: expected the workflow with the hash '${hash}', got '${compiled.hash}'\n` +
        'restore the database from a backup, or start a new run from the file',
    )
  }
  const [first] = diagnostics.filter(({ severity }) => severity === 'error')
  throw new Fault(
    'invalid_input',
    `'${file}' as it is stored does not compile with this version: ${first?.message ?? ''}`,
  )
}

/** False: an earlier release computed the hash, perhaps in another way. */
export const isHashedAsToday = ({ links }: Pick<Definition, 'links'>): boolean =>
  (links as Partial<Links>).hashing === HASHING

/**
 * Opens a catalogue for workflows that were checked when their run began. Prices, parameters and providers that have changed since
 * then are no reason to refuse the run: any provider exists, and takes any parameter.
 */
const pinCatalogue = ({ tools, providers }: Catalogue): Catalogue => ({
  tools,
  providers: new OpenProviders([...providers].map(([name, { available }]) => [name, { name, available }])),
})

class OpenProviders extends Map<string, ProviderEntry> {
  override get(name: string): ProviderEntry {
    return super.get(name) ?? { name, available: true }
  }
}

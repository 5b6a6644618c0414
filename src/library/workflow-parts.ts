/** Keeps how each workflow was compiled, so that a run can compile it again with other models. */
import type { Catalogue } from '../compiler/catalogue.ts'
import { type Compilation, type CompiledWorkflow, compile } from '../compiler/compile.ts'
import type { LinkReader } from '../compiler/links.ts'
import type { Source } from '../compiler/source.ts'
import { Fault } from '../core/fault.ts'
import { didYouMean } from '../core/nearest.ts'
import type { Surroundings } from './surroundings.ts'
import type { CompileOptions, Workflow } from './workflow.ts'

export interface CompileParts {
  options: CompileOptions
  /** Absolute: relative paths in the workflow start there. */
  folder: string | undefined
  catalogue: Catalogue
  /** Undefined for a text, which can name no other file. */
  links: LinkReader | undefined
}

export interface Parts extends CompileParts {
  compiled: CompiledWorkflow
}

/** Beside the workflow and not in it, so that the public object stays small. */
export const partsOf = new WeakMap<Workflow, Parts>()

export const compileParts = (
  source: Source,
  { options, catalogue, links }: CompileParts,
  models: Readonly<Record<string, string>> = {},
): Compilation =>
  compile(source, { catalogue, environment: options.env ?? [], models, ...(links === undefined ? {} : { links }) })

/** The surroundings of a run: those that the workflow was compiled with, and the run's own. */
export const joinSurroundings = <Own extends Pick<Surroundings, 'actors' | 'providers'>>(
  own: Own,
  { options }: Parts,
) => ({
  ...own,
  actors: [...(options.actors ?? []), ...(own.actors ?? [])],
  providers: { ...options.providers, ...own.providers },
})

/**
 * The parts of a workflow that is to run, with other models for its aliases.
 * @throws Fault `invalid_input` when a model is unknown, `unavailable` for features of a later release
 */
export const expectRunnable = (workflow: Workflow, models: Readonly<Record<string, string>> = {}): Parts => {
  const parts = partsOf.get(workflow)
  if (parts === undefined) throw new Fault('invalid_input', `expected a workflow made by 'compile'`)
  const compiled = Object.keys(models).length === 0 ? parts.compiled : replaceModels(parts, models)
  const [missing] = compiled.notYet
  if (missing !== undefined)
    throw new Fault('unavailable', `workflow '${workflow.name}' can't run in this release: ${missing.message}`)
  return { ...parts, compiled }
}

const replaceModels = (parts: Parts, models: Readonly<Record<string, string>>): CompiledWorkflow => {
  checkModels(parts, models)
  const { compiled, diagnostics } = compileParts(parts.compiled.source, parts, models)
  if (compiled !== undefined) return compiled
  const finding = diagnostics.find(({ severity }) => severity === 'error')
  throw new Fault(
    'invalid_input',
    `'${parts.compiled.name}' does not compile with these models: ${finding?.message ?? ''}`,
  )
}

/** @throws Fault `invalid_input` for an alias or a model that does not exist */
const checkModels = ({ compiled, catalogue }: Parts, models: Readonly<Record<string, string>>): void => {
  const { providers } = catalogue
  for (const [alias, model] of Object.entries(models)) {
    const aliases = [...compiled.workflow.models.keys()]
    if (!aliases.includes(alias))
      throw unknownName(`'${alias}' is no alias of workflow '${compiled.name}'`, alias, aliases)
    const [, provider = '', name = ''] = /^([^/]+)\/(.+)$/.exec(model) ?? []
    const entry = providers.get(provider)
    if (entry === undefined)
      throw unknownName(`'${model}' is no model: expected provider/name`, provider, [...providers.keys()])
    if (entry.models !== undefined && !entry.models.includes(name))
      throw unknownName(`'${name}' is no model of '${provider}'`, name, entry.models)
  }
}

const unknownName = (problem: string, name: string, known: readonly string[]): Fault => {
  const hint = didYouMean(name, known) ?? `known are ${known.join(', ') || 'none'}`
  return new Fault('invalid_input', `${problem}: ${hint}`)
}

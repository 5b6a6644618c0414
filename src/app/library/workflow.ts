/** Workflows as the library hands them out: compiled, with what they were compiled with. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { AnyStateMachine } from 'xstate'
import { type CompiledWorkflow, compile as compileSource } from '../../compiler/compile.ts'
import { type Diagnostic, formatDiagnostic as formatFinding } from '../../compiler/diagnostic.ts'
import { decodeSource } from '../../compiler/read/decode-source.ts'
import { createSource, type Source } from '../../compiler/source.ts'
import { Fault } from '../../core/fault.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { createCatalogue } from '../catalogue.ts'
import { createLinkedFileReader } from '../linked-files.ts'
import type { OwnActor } from '../own-actor.ts'

/** A workflow without errors, made by `compile`. */
export interface Workflow {
  readonly name: string
  /** SHA-256 over the definition and all that it links: equal hashes mean equal behaviour. */
  readonly hash: string
  /** Absolute; undefined when it was compiled from a text. */
  readonly file: string | undefined
  /** JSON Schema of its input; undefined: it takes none. */
  readonly input: JsonSchema | undefined
  /** Names of the secrets that it may use. */
  readonly secrets: readonly string[]
  /** XState's own machine, plain data and inert: `run` drives it, or XState does with `provideActors`. */
  readonly machine: AnyStateMachine
}

export interface CompileOptions {
  /** Tools and models of your own that it may name. Runs of this workflow use them. */
  actors?: readonly OwnActor[]
  /** Names of the environment variables that expressions may read as `env.NAME`. */
  env?: readonly string[]
}

/** `text` is what was read, for `formatDiagnostic`. */
export type CompileResult =
  | { ok: true; workflow: Workflow; diagnostics: Diagnostic[]; text: string }
  | { ok: false; workflow?: undefined; diagnostics: Diagnostic[]; text: string }

/** What a workflow was made of. */
export interface Parts {
  compiled: CompiledWorkflow
  options: CompileOptions
  /** Absolute: what relative paths in it are relative to. */
  folder: string | undefined
}

/** Kept apart, so that what is public stays small. */
const partsOf = new WeakMap<Workflow, Parts>()

/**
 * Compiles a workflow: its text, or a file (relative to the working directory). Performs nothing and reads nothing but the file
 * and what it names. What is wrong with a workflow is in `diagnostics`, sorted by place; `ok` when none of them is an error.
 * @throws Fault `not_found` when the file can't be read
 */
export const compile = (source: string | { file: string }, options: CompileOptions = {}): CompileResult => {
  const file = typeof source === 'string' ? undefined : resolve(source.file)
  const decoded =
    typeof source === 'string'
      ? { source: createSource('<text>', source), diagnostics: undefined }
      : decodeSource(source.file, readSource(source.file))
  const { text } = decoded.source
  if (decoded.diagnostics?.hasErrors) return { ok: false, diagnostics: decoded.diagnostics.toList(), text }
  const folder = file === undefined ? undefined : dirname(file)
  const { compiled, diagnostics } = compileParts(decoded.source, { options, folder, models: {} })
  if (compiled === undefined) return { ok: false, diagnostics, text }
  const workflow: Workflow = {
    name: compiled.name,
    hash: compiled.hash,
    file,
    input: compiled.input,
    secrets: compiled.secrets,
    machine: compiled.root.machine,
  }
  partsOf.set(workflow, { compiled, options, folder })
  return { ok: true, workflow, diagnostics, text }
}

const readSource = (file: string): Uint8Array => {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Fault('not_found', `'${file}' can't be read: ${(cause as Error).message}`, { cause })
  }
}

const compileParts = (
  source: Source,
  { options, folder, models }: Omit<Parts, 'compiled'> & { models: Readonly<Record<string, string>> },
) =>
  compileSource(source, {
    catalogue: createCatalogue(options.actors),
    environment: options.env ?? [],
    models,
    ...(folder === undefined ? {} : { readFile: createLinkedFileReader(folder) }),
  })

/**
 * The parts of a workflow that is to run, with other models for its aliases.
 * @throws Fault `invalid_input` when a model is unknown, `unavailable` for what a later release brings
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
  const { compiled, diagnostics } = compileParts(parts.compiled.source, { ...parts, models })
  if (compiled !== undefined) return compiled
  const finding = diagnostics.find(({ severity }) => severity === 'error')
  throw new Fault(
    'invalid_input',
    `'${parts.compiled.name}' does not compile with these models: ${finding?.message ?? ''}`,
  )
}

/**
 * A finding as the command line prints it, without colours: `FILE:LINE:COL: error[CODE]: message`, with `text` the line and
 * carets under it, and the hint. No line break at the end.
 */
export const formatDiagnostic = (diagnostic: Diagnostic, text?: string): string =>
  formatFinding(diagnostic, text === undefined ? undefined : createSource(diagnostic.file, text))

import { dirname, resolve } from 'node:path'
import { createLinkReader } from '../app/project/linked-files.ts'
import type { Project } from '../app/project/project.ts'
import { createProjectCatalogue } from '../app/project/project-access.ts'
import { type Compilation, type CompiledWorkflow, compile } from '../compiler/compile.ts'
import { decodeSource } from '../compiler/read/decode-source.ts'
import type { Source } from '../compiler/source.ts'
import { toRunnable } from '../service/workflows/runnable.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { readNamedFile, STDIN, shownName } from './workflow-file.ts'

export interface CompileRequest {
  context: Context
  project: Project
  /** Alias to `provider/name`. */
  models?: Record<string, string>
  /** True to prove properties of all runs. */
  proofs?: boolean
  /** True if only the findings are needed. */
  checkOnly?: boolean
}

/** Compiles a file that the user named. @throws CliError if it can't be read */
export const compileFile = async (
  file: string,
  { context, project, models = {}, proofs = false, checkOnly = false }: CompileRequest,
): Promise<Compilation & { source: Source }> => {
  const { source, diagnostics } = decodeSource(shownName(file), await readNamedFile(file, context))
  if (diagnostics.hasErrors) return { source, diagnostics: diagnostics.toList(), compiled: undefined }
  // All variables that the config lists: validity must not depend on which of them are set.
  const environment = project.config.env
  const links = createLinkReader(context.workingFolder)
  const prover = proofs ? (await import('../compiler/prove.ts')).proveWorkflow : undefined
  const catalogue = createProjectCatalogue(project)
  return { source, ...compile(source, { catalogue, environment, models, links, prover, checkOnly }) }
}

/** Compiles a workflow that this release can run. @throws InvalidFile, also for features of a later release */
export const compileRunnable = async (file: string, request: CompileRequest): Promise<CompiledWorkflow> => {
  const { source, ...compilation } = await compileFile(file, request)
  const runnable = toRunnable(compilation)
  if ('workflow' in runnable) return runnable.workflow
  throw new InvalidFile(runnable.refused, source)
}

/** The absolute base of relative paths in a workflow's tools, unless the config sets another one. */
export const folderOf = (file: string, workingFolder: string): string =>
  file === STDIN ? workingFolder : dirname(resolve(workingFolder, file))

import { dirname, resolve } from 'node:path'
import { createLinkReader } from '../app/project/linked-files.ts'
import type { Project } from '../app/project/project.ts'
import { createProjectCatalogue } from '../app/project/project-catalogue.ts'
import { type Compilation, type CompiledWorkflow, compile } from '../compiler/compile.ts'
import { decodeSource } from '../compiler/read/decode-source.ts'
import type { Source } from '../compiler/source.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { readNamedFile, STDIN, shownName } from './workflow-file.ts'

export interface CompileRequest {
  context: Context
  project: Project
  /** Alias to `provider/name`. */
  models?: Record<string, string>
  /** Whether to look for what can be said of every run. */
  proofs?: boolean
  /** Only the findings are wanted. */
  checkOnly?: boolean
}

/** Compiles a file that the user named. @throws CliError when it can't be read */
export const compileFile = async (
  file: string,
  { context, project, models = {}, proofs = false, checkOnly = false }: CompileRequest,
): Promise<Compilation & { source: Source }> => {
  const { source, diagnostics } = decodeSource(shownName(file), await readNamedFile(file, context))
  if (diagnostics.hasErrors) return { source, diagnostics: diagnostics.toList(), compiled: undefined }
  // All that the config lists: whether one is set must not decide whether a workflow is right.
  const environment = project.config.env
  const links = createLinkReader(context.workingFolder)
  const prover = proofs ? (await import('../compiler/prove.ts')).proveWorkflow : undefined
  const catalogue = createProjectCatalogue(project)
  return { source, ...compile(source, { catalogue, environment, models, links, prover, checkOnly }) }
}

/** A workflow that can run here and now. @throws InvalidFile, also for what a later release brings */
export const compileRunnable = async (file: string, request: CompileRequest): Promise<CompiledWorkflow> => {
  const { compiled, diagnostics, source } = await compileFile(file, request)
  if (compiled === undefined) throw new InvalidFile(diagnostics, source)
  if (compiled.notYet.length === 0) return compiled
  throw new InvalidFile(
    compiled.notYet.map((finding) => ({ ...finding, severity: 'error' })),
    source,
  )
}

/** Absolute: what relative paths in a workflow's tools are relative to, unless the config says else. */
export const folderOf = (file: string, workingFolder: string): string =>
  file === STDIN ? workingFolder : dirname(resolve(workingFolder, file))

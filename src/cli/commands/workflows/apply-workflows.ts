/** `troupe workflows apply`: registers workflow files, all or none. */

import { statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { findWorkflows } from '../../../app/project/find-workflows.ts'
import type { Project } from '../../../app/project/project.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { countOf } from '../../../core/count.ts'
import { type AppliedWorkflow, applyWorkflows } from '../../../service/workflows/apply-workflows.ts'
import { CliError, InvalidFile } from '../../cli-error.ts'
import { compileRunnable } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { hasDatabase, openProject, viewProject, withDatabase } from '../../open-runs.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { explainError, reportError } from '../../report-error.ts'
import { type Column, right } from '../../table.ts'

export const applyFiles = async (
  context: Context,
  options: { paths: string[]; dryRun?: boolean; json?: boolean },
): Promise<number> => {
  const { paths, dryRun = false, json = false } = options
  const client = findServer(context)
  const project = await (client === undefined ? openProject(context) : viewProject(context))
  const files = [...new Set(paths.flatMap((path) => listFiles(path, context)))]
  const { workflows, problems } = await compileAll(files, { context, project })
  if (problems.length > 0) return refuse(problems, { files, context, json })
  const applied =
    client === undefined
      ? await apply(workflows, { project, folder: context.workingFolder, dryRun })
      : await (await import('../../remote/remote-workflows.ts')).applyRemotely(client, workflows, { dryRun })
  if (json) writeJson(context, { ok: true, applied: !dryRun, workflows: applied })
  else report(applied, context, dryRun)
  return EXIT.completed
}

const listFiles = (path: string, { workingFolder }: Context): string[] => {
  const place = resolve(workingFolder, path)
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) return [place]
  const { files, isWhole } = findWorkflows(place)
  if (!isWhole)
    throw new CliError(`'${path}' has more files than the search covers`, {
      hint: 'name the folders or files one by one',
    })
  if (files.length > 0) return files
  throw new CliError(`there is no workflow in '${path}': expected .yaml files that start with 'workflow:'`)
}

interface Problem {
  file: string
  thrown: unknown
}

const compileAll = async (
  files: readonly string[],
  { context, project }: { context: Context; project: Project },
): Promise<{ workflows: CompiledWorkflow[]; problems: Problem[] }> => {
  const workflows: CompiledWorkflow[] = []
  const problems: Problem[] = []
  for (const file of files) {
    try {
      workflows.push(await compileRunnable(nameFile(file, { context, project }), { context, project }))
    } catch (thrown) {
      if (!(thrown instanceof InvalidFile) && !(thrown instanceof CliError)) throw thrown
      problems.push({ file, thrown })
    }
  }
  return { workflows, problems }
}

/** Relative only if a server of the project resolves it to the same file: linked files lie beside it. */
const nameFile = (
  file: string,
  { context: { workingFolder }, project }: { context: Context; project: Project },
): string => {
  const way = relative(workingFolder, file)
  return project.folder === workingFolder && !way.startsWith('..') ? way : file
}

const refuse = (
  problems: readonly Problem[],
  { files, context, json }: { files: readonly string[]; context: Context; json: boolean },
): number => {
  for (const { thrown } of problems) reportError(thrown)
  const findings = problems.map(({ file, thrown }) => ({
    file,
    message: explainError(thrown).message,
    diagnostics: thrown instanceof InvalidFile ? thrown.diagnostics : [],
  }))
  if (json) writeJson(context, { ok: false, applied: false, problems: findings })
  const { paint } = context.stderr
  context.stderr.write(
    `\n${paint.red('✗')} nothing is registered: ${problems.length} of ${countOf(files.length, 'file')} ${problems.length === 1 ? 'has' : 'have'} errors\n`,
  )
  return EXIT.invalid
}

const apply = async (
  workflows: readonly CompiledWorkflow[],
  { project, folder, dryRun }: { project: Project; folder: string; dryRun: boolean },
): Promise<AppliedWorkflow[]> => {
  const isTrial = dryRun && !hasDatabase(project)
  return withDatabase(isTrial ? { ...project, database: { kind: 'memory' } } : project, (store) =>
    applyWorkflows(store, workflows, { at: Date.now(), folder, dryRun }),
  )
}

const MARKS: Record<AppliedWorkflow['change'], string> = { new: '+', changed: '~', unchanged: '=' }

const COLUMNS: readonly Column<AppliedWorkflow>[] = [
  { title: '', text: ({ change }) => MARKS[change] },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'is', text: ({ change }) => change },
  right('version', ({ version }) => String(version)),
  right('schedules', ({ schedules }) => (schedules === 0 ? '' : String(schedules))),
  { title: 'file', text: ({ file }) => file },
]

const report = (applied: readonly AppliedWorkflow[], { stdout, stderr }: Context, dryRun: boolean): void => {
  writeTable(stdout, applied, COLUMNS)
  const changed = applied.filter(({ change }) => change !== 'unchanged').length
  stderr.write(dryRun ? `nothing is registered: ${changed} would be\n` : `${changed} of ${applied.length} registered\n`)
}

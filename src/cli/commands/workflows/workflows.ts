/** `troupe workflows list` and `show`: registered workflows and their files. */
import { type ShownWorkflow, toListedWorkflowJson, toShownWorkflowJson } from '../../../service/views/workflow-json.ts'
import {
  expectVersions,
  findVersion,
  type ListedWorkflow,
  loadVersion,
  readListedWorkflows,
} from '../../../service/workflows/workflow-versions.ts'
import type { Context } from '../../context.ts'
import { formatTime } from '../../figures.ts'
import { withRuns, withRunsIfThere } from '../../open-runs.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { type Column, right } from '../../table.ts'

export const listWorkflows = (context: Context, { json = false }: { json?: boolean }): Promise<void> => {
  const say = (database: string): string =>
    `no workflow is registered in ${database}; to register some: troupe workflows apply DIR`
  return withRunsIfThere(context, { json, say }, async (store) => {
    const listed = await readListedWorkflows(store)
    if (json) writeJson(context, listed.map(toListedWorkflowJson))
    else if (listed.length > 0) writeTable(context.stdout, listed, COLUMNS)
    else context.stderr.write(`${say(store.location)}\n`)
  })
}

const COLUMNS: readonly Column<ListedWorkflow>[] = [
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  right('version', ({ version }) => String(version)),
  { title: 'registered', text: ({ registeredAt }) => formatTime(registeredAt) },
  { title: 'definition', text: ({ definition }) => shorten(definition) },
  right('schedules', ({ schedules }) => (schedules === 0 ? '' : String(schedules))),
]

const shorten = (hash: string): string => hash.slice(0, 12)

export const showWorkflow = (
  context: Context,
  { name, of: version, json = false }: { name: string; of?: string; json?: boolean },
): Promise<void> =>
  withRuns(context, async ({ store }) => {
    const versions = await expectVersions(store, name)
    const shown = version === undefined ? versions[0] : findVersion(versions, version)
    const definition = await loadVersion(store, shown)
    if (json) writeJson(context, toShownWorkflowJson({ shown, versions, definition }))
    else reportShown({ shown, versions, definition }, context)
  })

/** Writes the file to standard output unchanged, so that it can be redirected into a file. */
const reportShown = (
  { shown, versions, definition: { file, source } }: ShownWorkflow,
  { stdout, stderr }: Context,
): void => {
  const { paint } = stderr
  stderr.write(
    `${paint.bold(toOneLine(shown.workflow))}  version ${shown.version} of ${formatTime(shown.registeredAt)}  ${paint.dim(`${shorten(shown.definition)} · ${file}`)}\n`,
  )
  for (const one of versions.filter(({ version }) => version !== shown.version))
    stderr.write(paint.dim(`  version ${one.version}  ${formatTime(one.registeredAt)}  ${shorten(one.definition)}\n`))
  stderr.write('\n')
  const text = stdout.isTerminal ? toPrintable(source) : source
  stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

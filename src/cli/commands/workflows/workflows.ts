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
import { findServer } from '../../remote/server-client.ts'
import { type Column, right } from '../../table.ts'

export const listWorkflows = async (context: Context, { json = false }: { json?: boolean }): Promise<void> => {
  const say = (database: string): string =>
    `no workflow is registered in ${database}; to register some: troupe workflows apply DIR`
  const show = (listed: readonly ListedWorkflow[], location: string): void => {
    if (json) writeJson(context, listed.map(toListedWorkflowJson))
    else if (listed.length > 0) writeTable(context.stdout, listed, COLUMNS)
    else context.stderr.write(`${say(location)}\n`)
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await openRemote()).readWorkflows(client), client.origin)
  return withRunsIfThere(context, { json, say }, async (store) =>
    show(await readListedWorkflows(store), store.location),
  )
}

const openRemote = () => import('../../remote/remote-workflows.ts')

const COLUMNS: readonly Column<ListedWorkflow>[] = [
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  right('version', ({ version }) => String(version)),
  { title: 'registered', text: ({ registeredAt }) => formatTime(registeredAt) },
  { title: 'definition', text: ({ definition }) => shorten(definition) },
  right('schedules', ({ schedules }) => (schedules === 0 ? '' : String(schedules))),
]

const shorten = (hash: string): string => hash.slice(0, 12)

export const showWorkflow = async (
  context: Context,
  { name, of: version, json = false }: { name: string; of?: string; json?: boolean },
): Promise<void> => {
  const show = (shown: ShownWorkflow): void => {
    if (json) writeJson(context, toShownWorkflowJson(shown))
    else reportShown(shown, context)
  }
  const client = findServer(context)
  if (client !== undefined) return show(await (await openRemote()).readWorkflow(client, { name, version }))
  return withRuns(context, async ({ store }) => {
    const versions = await expectVersions(store, name)
    const shown = version === undefined ? versions[0] : findVersion(versions, version)
    show({ shown, versions, definition: await loadVersion(store, shown) })
  })
}

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

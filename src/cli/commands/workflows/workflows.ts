/** `troupe workflows list` and `show`: registered workflows and their files. */
import { toTime } from '../../../service/views/time.ts'
import type { RegisteredWorkflow } from '../../../store/registered-workflow.ts'
import type { Definition, Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { formatTime } from '../../figures.ts'
import { withRuns, withRunsIfThere } from '../../open-runs.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { type Column, right } from '../../table.ts'
import { expectVersions, findVersion, loadVersion } from './workflow-versions.ts'

export const listWorkflows = (context: Context, { json = false }: { json?: boolean }): Promise<void> => {
  const say = (database: string): string =>
    `no workflow is registered in ${database}; to register some: troupe workflows apply DIR`
  return withRunsIfThere(context, { json, say }, async (store) => {
    const listed = await readListed(store)
    if (json) writeJson(context, listed.map(toJson))
    else if (listed.length > 0) writeTable(context.stdout, listed, COLUMNS)
    else context.stderr.write(`${say(store.location)}\n`)
  })
}

type Listed = RegisteredWorkflow & { schedules: number }

const readListed = async (store: Store): Promise<Listed[]> => {
  const schedules = await store.listSchedules()
  return (await store.listWorkflows()).map((one) => ({
    ...one,
    schedules: schedules.filter(({ workflow }) => workflow === one.workflow).length,
  }))
}

const toJson = ({ workflow, folder, schedules, ...rest }: Listed) => ({
  workflow,
  ...toVersionJson(rest),
  folder,
  schedules,
})

const toVersionJson = ({ version, definition, registeredAt }: Omit<RegisteredWorkflow, 'workflow' | 'folder'>) => ({
  version,
  definition,
  registered_at: toTime(registeredAt),
})

const COLUMNS: readonly Column<Listed>[] = [
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
    if (json) writeJson(context, toShownJson({ shown, versions, definition }))
    else reportShown({ shown, versions, definition }, context)
  })

interface Shown {
  shown: RegisteredWorkflow
  versions: readonly RegisteredWorkflow[]
  definition: Definition
}

const toShownJson = ({ shown, versions, definition: { file, source } }: Shown) => ({
  workflow: shown.workflow,
  ...toVersionJson(shown),
  file,
  source,
  versions: versions.map(toVersionJson),
})

/** Writes the file to standard output unchanged, so that it can be redirected into a file. */
const reportShown = ({ shown, versions, definition: { file, source } }: Shown, { stdout, stderr }: Context): void => {
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

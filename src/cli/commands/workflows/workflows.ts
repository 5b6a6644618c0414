/** `troupe workflows list` and `show`: what is registered by name. */
import type { RegisteredWorkflow } from '../../../store/registered-workflow.ts'
import type { Definition, Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { openRuns, openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { formatTime } from '../../run-time.ts'
import { type Column, renderTable } from '../../table.ts'
import { expectVersions, findVersion, loadVersion } from './workflow-versions.ts'

/** The exit code. */
export const listWorkflows = async (context: Context, { json = false }: { json?: boolean }): Promise<number> => {
  const store = await openRunsIfThere(context)
  try {
    const listed = store === undefined ? [] : await readListed(store)
    if (json) context.stdout.write(`${JSON.stringify(listed.map(toJson), null, 2)}\n`)
    else if (listed.length > 0) reportList(listed, context)
    else {
      const place = store?.location ?? shownDatabase(await openProject(context), context)
      context.stderr.write(`no workflow is registered in ${place}; to register some: troupe workflows apply DIR\n`)
    }
    return EXIT.completed
  } finally {
    await store?.close()
  }
}

type Listed = RegisteredWorkflow & { schedules: number }

const readListed = async (store: Store): Promise<Listed[]> => {
  const schedules = await store.listSchedules()
  return (await store.listWorkflows()).map((one) => ({
    ...one,
    schedules: schedules.filter(({ workflow }) => workflow === one.workflow).length,
  }))
}

const toJson = ({ workflow, version, definition, registeredAt, folder, schedules }: Listed) => ({
  workflow,
  version,
  definition,
  registered_at: new Date(registeredAt).toISOString(),
  folder,
  schedules,
})

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'version', align: 'right', text: ({ version }) => String(version) },
  { title: 'registered', text: ({ registeredAt }) => formatTime(registeredAt) },
  { title: 'definition', text: ({ definition }) => shorten(definition) },
  { title: 'schedules', align: 'right', text: ({ schedules }) => (schedules === 0 ? '' : String(schedules)) },
]

const shorten = (hash: string): string => hash.slice(0, 12)

const reportList = (listed: readonly Listed[], { stdout }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  for (const line of renderTable(listed, { columns: COLUMNS, width, paint })) stdout.write(`${line}\n`)
}

export interface ShowArguments {
  name: string
  /** Default: the newest. */
  of?: string
  json?: boolean
}

/** The exit code. */
export const showWorkflow = async (
  context: Context,
  { name, of: version, json = false }: ShowArguments,
): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const versions = await expectVersions(store, name)
    const shown = version === undefined ? versions[0] : findVersion(versions, version)
    const definition = await loadVersion(store, shown)
    if (json) context.stdout.write(`${JSON.stringify(toShownJson({ shown, versions, definition }), null, 2)}\n`)
    else reportShown({ shown, versions, definition }, context)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

interface Shown {
  shown: RegisteredWorkflow
  versions: readonly RegisteredWorkflow[]
  definition: Definition
}

const toShownJson = ({ shown, versions, definition: { file, source, hash } }: Shown) => ({
  workflow: shown.workflow,
  version: shown.version,
  definition: hash,
  registered_at: new Date(shown.registeredAt).toISOString(),
  file,
  source,
  versions: versions.map(({ version, definition, registeredAt }) => ({
    version,
    definition,
    registered_at: new Date(registeredAt).toISOString(),
  })),
})

/** The file goes to standard output as it was, so that it can be written into one. */
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

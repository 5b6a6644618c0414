/** The figures that fault tests print, as lines, as a table of both databases, and as histograms. */

export interface ReportedFigure {
  seed: number
  id: string
  db: string
  counts: Record<string, number>
  isKept: boolean
  /** How many faults fell into each tenth of what they disturbed. */
  tenths?: number[]
  skipped?: string
}

/** Reads the figures in the output of a test file. */
export const readFigures = (output: string): ReportedFigure[] =>
  [...output.matchAll(/figure (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json) as ReportedFigure)

export const sortFigures = (figures: readonly ReportedFigure[]): ReportedFigure[] => figures.toSorted(byId)

const byId = (a: ReportedFigure, b: ReportedFigure): number =>
  Number(a.id.slice(1)) - Number(b.id.slice(1)) || (a.db < b.db ? 1 : a.db > b.db ? -1 : 0)

export const formatFigure = (figure: ReportedFigure): string =>
  `${figure.id.padEnd(4)} ${figure.db.padEnd(8)} ${verdictOf(figure).padEnd(7)} ${formatCounts(figure)} (seed ${figure.seed})`

/** One line for each promise and the actions that tried it, in Markdown: SQLite beside Postgres. */
export const formatTable = (figures: readonly ReportedFigure[]): string => {
  const groups = Map.groupBy(figures, ({ id, counts }) => [id, ...Object.keys(counts)].join(' '))
  const rows = [...groups.values()].map((group) => {
    const cells = ['sqlite', 'postgres'].map((db) => group.filter((figure) => figure.db === db).map(formatCell))
    return [group[0]?.id, ...cells.map((cell) => cell.join('<br>') || '–')]
  })
  return [['promise', 'SQLite', 'Postgres'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

const formatCell = (figure: ReportedFigure): string => `${verdictOf(figure)}: ${formatCounts(figure)}`

const verdictOf = ({ isKept, skipped }: ReportedFigure): string =>
  skipped === undefined ? (isKept ? 'kept' : 'BROKEN') : `not measured: ${skipped}`

const formatCounts = ({ counts }: ReportedFigure): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ')

const formatCount = (count: number): string =>
  Number.isInteger(count) ? count.toLocaleString('en-US') : count.toFixed(1)

export const formatHistogram = ({ id, db, tenths = [] }: ReportedFigure): string => {
  const total = tenths.reduce((sum, count) => sum + count, 0)
  const lines = tenths.map((count, tenth) => {
    const bar = '#'.repeat(Math.ceil((count * 40) / Math.max(1, total)))
    return `  ${String(tenth * 10).padStart(3)} % ${bar} ${count}`
  })
  return `where the ${total} faults of ${id} on ${db} fell\n${lines.join('\n')}`
}

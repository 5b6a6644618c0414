/** Sums of usage in SQL, over rows as row-data.ts and large-text.ts write them. */
import { toKindCode } from '../sql/codes.ts'
import { LAST_SEQ, ROWS_PER_RUN } from '../sql/journal-key.ts'
import type { UsageGroup, UsageQuery, UsageSum } from '../store.ts'
import { CHILD_PROVIDER, stepOfPath, USAGE_KINDS } from '../usage-sums.ts'
import type { Connection } from './connection.ts'

export const selectUsageSums = (connection: Connection, { by, since = 0, workflow }: UsageQuery): UsageSum[] => {
  if (by.includes('step')) connection.function('step_of_path', { deterministic: true }, (path) => stepOfPath(`${path}`))
  return connection
    .prepare<[{ since: number; workflow: string | null }], UsageSum>(toSql(by))
    .all({ since, workflow: workflow ?? null })
}

const COLUMNS: Record<UsageGroup, string> = {
  provider: 'provider',
  model: 'model',
  workflow: 'workflow',
  step: 'step_of_path(path)',
  day: "date(at / 1000, 'unixepoch')",
}

/** A usage is a list in the order of its keys, or a map if it has another shape. */
const field = (name: string, index: number): string =>
  `case used.type when 'array' then used.value ->> '$[${index}]' else used.value ->> '$.${name}' end as ${name}`

const FIELDS = ['provider', 'model', 'input_tokens', 'cached_tokens', 'output_tokens', 'cost_usd'].map(field).join(', ')

/** Only a map has these: a usage with one of them has more keys than a list has places. */
const OPTIONAL = ['cache_hits', 'cache_saved_usd']
  .map((name) => `case used.type when 'array' then null else used.value ->> '$.${name}' end as ${name}`)
  .join(', ')

/** No row of a run is written after its end, so that runs that ended before `since` are skipped. */
const ROWS = `select run.workflow, journal.path, journal.at, case when substr(journal.data, 1, 1) = '@'
    then (select cast(bytes as text) from blob where hash = substr(journal.data, 2)) else journal.data end as text
  from run join journal on journal.key between run.key * ${ROWS_PER_RUN} and run.key * ${ROWS_PER_RUN} + ${LAST_SEQ}
  where journal.kind in (${USAGE_KINDS.map(toKindCode).join(', ')}) and journal.at >= @since
    and (run.ended_at is null or run.ended_at >= @since) and run.workflow = coalesce(@workflow, run.workflow)`

const CALLS = `select found.workflow, found.path, found.at, ${FIELDS}, ${OPTIONAL}
  from (${ROWS}) as found join json_each(iif(json_valid(found.text), found.text, '{}'), case substr(found.text, 1, 1) when '[' then '$[5]' else '$.usage' end) as used
  where used.type = 'object' or (used.type = 'array' and json_array_length(used.value) > 1)`

const toSql = (by: readonly UsageGroup[]): string => {
  const groups = by.map((group) => `${COLUMNS[group]} as "${group}"`).join(', ')
  const order = by.map((group) => `"${group}"`).join(', ')
  return `select ${groups === '' ? '' : `${groups}, `}sum(cache_hits is null) as calls,
      coalesce(sum(cache_hits), 0) as cache_hits, sum(input_tokens) as input_tokens,
      sum(cached_tokens) as cached_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd,
      sum(cache_saved_usd) as cache_saved_usd, sum(cost_usd is null) as unpriced_calls
    from (${CALLS}) where provider <> '${CHILD_PROVIDER}'
    ${order === '' ? '' : `group by ${order}`} having count(*) > 0 ${order === '' ? '' : `order by ${order}`}`
}

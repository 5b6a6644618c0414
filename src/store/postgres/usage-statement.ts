/** Sums of usage in SQL, over rows as row-data.ts and large-text.ts write them. */
import { UNDO } from '../../core/machine-ends.ts'
import { toKindCode } from '../sql/codes.ts'
import { LAST_SEQ, ROWS_PER_RUN } from '../sql/journal-key.ts'
import type { UsageGroup, UsageQuery, UsageSum } from '../store.ts'
import { CHILD_PROVIDER, USAGE_KINDS } from '../usage-sums.ts'
import { type Session, sql } from './session.ts'

export const selectUsageSums = (session: Session, { by, since = 0, workflow }: UsageQuery): Promise<UsageSum[]> =>
  session.all(sql<UsageSum>(toSql(by)), [since, workflow ?? null])

/**
 * `stepOfPath` in SQL: the parts of the path from the last item of a foreach on, without what undoes; of these the first, without
 * its visit.
 */
const STEP = `regexp_replace(split_part(regexp_replace(path, '^(${UNDO}/)?(.*\\][/])?', ''), '/', 1), '[:[].*$', '')`

const COLUMNS: Record<UsageGroup, string> = {
  provider: 'provider',
  model: 'model',
  workflow: 'workflow',
  step: STEP,
  day: `to_char(to_timestamp(at / 1000) at time zone 'UTC', 'YYYY-MM-DD')`,
}

/** A usage is a list in the order of its keys, or a map if it has another shape. */
const field = (name: string, index: number, type = ''): string =>
  `(case json_typeof(used) when 'array' then used ->> ${index} else used ->> '${name}' end)${type} as ${name}`

const FIELDS = [
  field('provider', 0),
  field('model', 1),
  field('input_tokens', 2, '::bigint'),
  field('cached_tokens', 3, '::bigint'),
  field('output_tokens', 4, '::bigint'),
  field('cost_usd', 5, '::float8'),
].join(', ')

/** Only a map has these: a usage with one of them has more keys than a list has places. */
const optional = (name: string, type: string): string =>
  `(case json_typeof(used) when 'array' then null else used ->> '${name}' end)${type} as ${name}`

const OPTIONAL = [optional('cache_hits', '::bigint'), optional('cache_saved_usd', '::float8')].join(', ')

/** No row of a run is written after its end, so that runs that ended before `since` are skipped. */
const ROWS = `select run.workflow, journal.path, journal.at, troupe_json(case when left(journal.data, 1) = '@'
    then (select convert_from(bytes, 'UTF8') from blob where hash = substr(journal.data, 2)) else journal.data end) as data
  from run join journal on journal.key between run.key::bigint * ${ROWS_PER_RUN} and run.key::bigint * ${ROWS_PER_RUN} + ${LAST_SEQ}
  where journal.kind in (${USAGE_KINDS.map(toKindCode).join(', ')}) and journal.at >= $1
    and (run.ended_at is null or run.ended_at >= $1) and run.workflow = coalesce($2, run.workflow)`

const USED = `select workflow, path, at, case json_typeof(data) when 'array' then data -> 5 when 'object' then data -> 'usage' end as usages
  from (${ROWS}) as found`

const CALLS = `select workflow, path, at, ${FIELDS}, ${OPTIONAL}
  from (${USED}) as each_row cross join lateral
    json_array_elements(case json_typeof(usages) when 'array' then usages else '[]'::json end) as used
  where json_typeof(used) = 'object' or (json_typeof(used) = 'array' and json_array_length(used) > 1)`

const toSql = (by: readonly UsageGroup[]): string => {
  const groups = by.map((group) => `${COLUMNS[group]} as "${group}"`).join(', ')
  const order = by.map((_, place) => place + 1).join(', ')
  const sorted = by.map((group) => `${COLUMNS[group]} collate "C"`).join(', ')
  return `select ${groups === '' ? '' : `${groups}, `}count(*) filter (where cache_hits is null) as calls,
      coalesce(sum(cache_hits), 0)::bigint as cache_hits, sum(input_tokens)::bigint as input_tokens,
      sum(cached_tokens)::bigint as cached_tokens, sum(output_tokens)::bigint as output_tokens, sum(cost_usd) as cost_usd,
      sum(cache_saved_usd) as cache_saved_usd, count(*) filter (where cost_usd is null) as unpriced_calls
    from (${CALLS}) as calls where provider <> '${CHILD_PROVIDER}'
    ${order === '' ? '' : `group by ${order}`} having count(*) > 0 ${order === '' ? '' : `order by ${sorted}`}`
}

/** Reads a page of metrics strictly: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import * as assert from 'uvu/assert'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Family {
  type: string
  help: string
  samples: Sample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL.source},?)*)\\})? (\\S+)$`)
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`)

/** Families by name. Fails for a page that Prometheus would refuse. */
export const readMetrics = (page: string): Map<string, Family> => {
  const families = new Map<string, Family>()
  assert.ok(page.endsWith('\n'), 'the last line must end')
  let current: [name: string, family: Family] | undefined
  for (const line of page.split('\n').filter((text) => text !== '')) {
    const [, comment, subject = '', text = ''] = COMMENT.exec(line) ?? []
    if (comment === 'HELP') {
      assert.not(families.has(subject), `${subject} comes twice`)
      current = [subject, { type: '', help: text, samples: [] }]
      families.set(...current)
    } else if (comment === 'TYPE') {
      assert.is(current?.[0], subject, line)
      if (current) current[1].type = text
    } else {
      const sample = readSample(line)
      assert.ok(current !== undefined && current[1].type !== '', `no family before: ${line}`)
      assert.ok(listNames(current).includes(sample.name), `${line} is not of ${current[0]}`)
      current[1].samples.push(sample)
    }
  }
  for (const [name, family] of families) judgeFamily(name, family)
  return families
}

const readSample = (line: string): Sample => {
  const [, name = '', labelText = ''] = SAMPLE.exec(line) ?? []
  const value = SAMPLE.exec(line)?.at(-1) ?? ''
  assert.ok(name !== '', `not a sample: ${line}`)
  const pairs = [...labelText.matchAll(new RegExp(LABEL, 'g'))].map(
    ([, label = '', text = '']) => [label, text] as const,
  )
  assert.is(new Set(pairs.map(([label]) => label)).size, pairs.length, `a label comes twice: ${line}`)
  return { name, labels: Object.fromEntries(pairs), value: readNumber(value) }
}

const readNumber = (text: string): number => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === 'Nan' || text === 'NaN') return Number.NaN
  assert.match(text, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/)
  return Number(text)
}

const listNames = ([name, { type }]: [string, Family]): string[] =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name]

const judgeFamily = (name: string, { type, samples }: Family): void => {
  assert.ok(['counter', 'gauge', 'histogram'].includes(type), `${name} is a ${type}`)
  if (name.startsWith('troupe_')) assert.is(name.endsWith('_total'), type === 'counter', name)
  const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]))
  assert.is(new Set(keys).size, keys.length, `a series of ${name} comes twice`)
  if (type === 'histogram') judgeHistogram(name, samples)
}

const judgeHistogram = (name: string, samples: readonly Sample[]): void => {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels))
  for (const [labels, own] of series) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`)
    for (const [place, { labels: at, value }] of buckets.entries()) {
      const before = buckets[place - 1]
      assert.ok(before === undefined || before.value <= value, `${name}${labels}: bucket ${at.le} has fewer`)
      assert.ok(
        before === undefined || readNumber(before.labels.le ?? '') < readNumber(at.le ?? ''),
        `${name}${labels}`,
      )
    }
    const count = own.find((sample) => sample.name === `${name}_count`)?.value
    assert.is(buckets.at(-1)?.labels.le, '+Inf')
    assert.is(buckets.at(-1)?.value, count, `${name}${labels}`)
  }
}

/** Sum of the samples that have these labels, among others. */
export const sumOf = (
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number => {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  return (family?.samples ?? [])
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

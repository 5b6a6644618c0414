/** Grammar of the cases of a switch: the first that matches wins, `else` stands at the end. */
import type { Located, Step, StepOf } from '../../document.ts'
import { listOf } from '../../grammar/collection-shape.ts'
import { checkElseIsLast } from '../../grammar/else-case.ts'
import { checkExclusive, exactlyOneOf } from '../../grammar/exclusive-keys.ts'
import { type Fields, readFields, toObjectSchema } from '../../grammar/record-shape.ts'
import { snakeCase, word } from '../../grammar/scalar-shape.ts'
import { byForm, mapped, reportMismatch, type Shape, type ShapePlace } from '../../grammar/shape.ts'
import { expression } from '../../grammar/value-shape.ts'
import { createUnknownExpression } from '../../read/expression-text.ts'
import { findEntry, type YamlMap } from '../../read/yaml-node.ts'

type SwitchCase = StepOf<'switch'>['cases'][number]
type Then = SwitchCase['then']

export const createCasesShape = (steps: Shape<Step[]>): Shape<SwitchCase[]> => {
  const cases = listOf(createCaseShape(steps), { expected: 'a list of cases, each { when, next | do }', minimum: 1 })
  return mapped(cases, (read, node, place) => {
    if (node.kind === 'list') checkElseIsLast(node.items, place)
    return read
  })
}

const createTargetFields = (steps: Shape<Step[]>) =>
  ({
    next: { shape: snakeCase, doc: 'The step to go to, by id, or `end`. Excludes `do`.' },
    steps: { key: 'do', shape: steps, doc: 'The steps of this case. Excludes `next`.' },
  }) as const satisfies Fields

type Target = { next?: Located<string>; steps?: Step[] }

const toThen = ({ next, steps = [] }: Target): Then =>
  next === undefined ? { kind: 'do', steps } : { kind: 'next', next }

const createElseShape = (steps: Shape<Step[]>): Shape<Then> => {
  const fields = createTargetFields(steps)
  const expected = 'continue, { next: id } or { do: steps }'
  return byForm(expected, {
    scalar: mapped(word('continue'), (): Then => ({ kind: 'continue' })),
    map: {
      expected,
      read(node, place): Then | undefined {
        if (node.kind !== 'map') return reportMismatch(node, place, { expected })
        checkExclusive(node, ['next', 'do'], { owner: 'an else', required: true, reading: place.reading })
        return toThen(readFields(node, fields, place, { owner: 'an else' }).values)
      },
      toJsonSchema: (definitions) => ({
        ...toObjectSchema(fields, definitions),
        ...exactlyOneOf('next', 'do'),
      }),
    },
  })
}

const createCaseShape = (steps: Shape<Step[]>): Shape<SwitchCase> => {
  const fields = {
    when: { shape: expression, doc: 'A condition: this case is chosen when it is true.', required: true },
    ...createTargetFields(steps),
  } as const satisfies Fields
  const elseFields = {
    otherwise: {
      key: 'else',
      shape: createElseShape(steps),
      doc: 'When no case matched; the last of the list.',
      required: true,
    },
  } as const satisfies Fields
  const expected = 'a case: { when, next | do } or { else }'
  const readCase = (node: YamlMap, place: ShapePlace): SwitchCase => {
    checkExclusive(node, ['next', 'do'], { owner: 'a case of a switch', required: true, reading: place.reading })
    const { values } = readFields(node, fields, place, { owner: 'a case of a switch' })
    const when = values.when ?? createUnknownExpression(node.range.start)
    // biome-ignore lint/suspicious/noThenProperty: the document's own word; no case is ever awaited
    return { when, then: toThen(values), range: node.range }
  }
  const readElse = (node: YamlMap, place: ShapePlace): SwitchCase => {
    const { values } = readFields(node, elseFields, place, { owner: 'the else of a switch' })
    // biome-ignore lint/suspicious/noThenProperty: the document's own word; no case is ever awaited
    return { then: values.otherwise ?? { kind: 'continue' }, range: node.range }
  }
  return {
    expected,
    read(node, place) {
      if (node.kind !== 'map') return reportMismatch(node, place, { expected })
      return findEntry(node, 'else') === undefined ? readCase(node, place) : readElse(node, place)
    },
    toJsonSchema: (definitions) => ({
      anyOf: [
        { ...toObjectSchema(fields, definitions), ...exactlyOneOf('next', 'do') },
        toObjectSchema(elseFields, definitions),
      ],
    }),
  }
}

/** The file that the items of a foreach come from. */
import { FILE_FORMATS, type FileFormat, formatOfPath } from '../../core/item-file.ts'
import { correct, meant, write } from '../correction.ts'
import { findEntry, type YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { ExpressionText, Located, ValueNode } from '../value-node.ts'
import { type Fields, record } from './record-shape.ts'
import { word } from './scalar-shape.ts'
import { reportMismatch, type Shape, type ShapePlace } from './shape.ts'
import { expressionOr, templateText } from './value-shape.ts'

export interface ItemFile {
  path: ValueNode
  format: Located<FileFormat>
  range: Range
}

const FIELDS = {
  path: {
    key: 'file',
    shape: templateText,
    doc: 'The path of the file, in the folders that tools may read.',
    required: true,
  },
  format: {
    shape: word(...FILE_FORMATS),
    doc: '`csv`: each row below the header is an item, a map of texts. `jsonl`: each line is one, of any type. Default: by the ending of the path.',
  },
} as const satisfies Fields

const fields = record('the file of a foreach', FIELDS)

/** The format may be left out where the path ends with it. */
export const itemFile: Shape<ItemFile> = {
  expected: 'a map with file and format',
  read(node, place) {
    if (isRenamed(node, place)) return undefined
    const values = fields.read(node, place)
    if (values === undefined) return undefined
    const { path, format } = values
    const { range } = node
    if (format !== undefined) return { path, format, range }
    const byEnding = formatOfPath(endingOf(path))
    if (byEnding !== undefined) return { path, format: { value: byEnding, range: path.range }, range }
    // A format that is there and wrong has been reported.
    if (node.kind === 'map' && node.entries.some(({ key }) => key.value === 'format')) return undefined
    const message = `'format' is missing in the file of a foreach: expected ${FILE_FORMATS.join(' or ')}, which the path does not end with`
    const { text } = place.reading.diagnostics.source
    const written = text.slice(range.start, range.end)
    const whole = `{ file: ${text.slice(path.range.start, path.range.end)}, format: csv }`
    const hint = written.includes('\n') || !written.startsWith('{') ? 'add format: csv, or format: jsonl' : undefined
    place.reading.diagnostics.error(
      'missing_key',
      range,
      message,
      hint ?? correct(`write foreach: ${whole}`, { ...range, text: whole }),
    )
    return undefined
  },
  toJsonSchema: (definitions) => fields.toJsonSchema(definitions),
}

const listOrFile = expressionOr(itemFile)

/** An expression for a list, or a file. A path alone would be read as an expression. */
export const itemsShape: Shape<ExpressionText | ItemFile> = {
  ...listOrFile,
  read(node, place) {
    if (node.kind !== 'scalar' || !FILE_NAME.test(String(node.value))) return listOrFile.read(node, place)
    const { range } = node
    const written = place.reading.diagnostics.source.text.slice(range.start, range.end)
    const hint = write(range, `{ file: ${written} }`)
    return reportMismatch(node, place, { expected: 'a map for the items of a file', problem: 'is a path', hint })
  },
}

const FILE_NAME = new RegExp(`^[\\w./{}$-]*\\.(?:${FILE_FORMATS.join('|')})$`)

/** Reports another name of `file`, instead of the missing key. */
const isRenamed = (node: YamlNode, place: ShapePlace): boolean => {
  if (node.kind !== 'map' || findEntry(node, 'file') !== undefined) return false
  const entry = node.entries.find(({ key }) => OTHER_NAMES.includes(key.value))
  if (entry === undefined) return false
  const { value, range } = entry.key
  place.reading.diagnostics.error(
    'unknown_key',
    range,
    `'${value}' is not a key of the file of a foreach`,
    meant(range, 'file'),
  )
  return true
}

const OTHER_NAMES: readonly string[] = ['path', 'name', 'from', 'source', 'csv', 'jsonl']

/** The text that a path surely ends with. */
export const endingOf = (path: ValueNode): string => {
  if (path.kind === 'literal') return String(path.value)
  const last = path.kind === 'template' ? path.parts.at(-1) : undefined
  return typeof last === 'string' ? last : ''
}

/**
 * Parses scanned lexemes into one YAML node tree: YAML 1.2 core schema, no merge keys, one document. Only the first syntax
 * error is reported. The parser's own check for duplicate keys is quadratic and stays off; `YamlTree` checks them.
 */
import { Composer, type CST, type Document, type ParsedNode, Parser, type YAMLParseError } from 'yaml'
import type { Diagnostics } from '../diagnostic.ts'
import { finishParts, LEXEMES_A_PART, type Parts } from '../parts.ts'
import type { Source } from '../source.ts'
import { scan } from './scan.ts'
import { reportSyntaxError } from './syntax-error.ts'
import type { YamlNode } from './yaml-node.ts'
import { buildYamlTree } from './yaml-tree.ts'

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  keepSourceTokens: true,
  prettyErrors: false,
  logLevel: 'error',
} as const

/** `empty`: the file has no content, which the caller judges. Undefined: unreadable, and reported. */
export const parseYaml = (source: Source, diagnostics: Diagnostics): YamlNode | 'empty' | undefined =>
  finishParts(parseYamlInParts(source, diagnostics))

export function* parseYamlInParts(source: Source, diagnostics: Diagnostics): Parts<YamlNode | 'empty' | undefined> {
  const lexemes = yield* scan(source, diagnostics)
  if (lexemes === undefined) return undefined
  yield
  const documents = yield* compose(lexemes)
  yield
  const [error] = documents.flatMap((document) => document.errors.filter(isSyntaxError))
  if (error !== undefined) {
    reportSyntaxError(error, diagnostics)
    return undefined
  }
  const [document, second] = documents
  if (second !== undefined) reportSecondDocument(second, diagnostics)
  if (document === undefined || isEmpty(document)) return 'empty'
  return buildYamlTree(document, diagnostics)
}

function* compose(lexemes: readonly string[]): Parts<Document.Parsed<ParsedNode>[]> {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (let at = 0; at < lexemes.length; at += LEXEMES_A_PART) {
    for (const lexeme of lexemes.slice(at, at + LEXEMES_A_PART)) tokens.push(...parser.next(lexeme))
    yield
  }
  tokens.push(...parser.end())
  yield
  return [...new Composer(OPTIONS).compose(tokens)]
}

/** Unknown tags are judged where their node is read: in an expression they are a slip. */
const isSyntaxError = (error: YAMLParseError): boolean => error.code !== 'TAG_RESOLVE_FAILED'

const isEmpty = ({ contents }: Document.Parsed<ParsedNode>): boolean =>
  contents === null || ('value' in contents && contents.value === null && contents.range[0] === contents.range[1])

const reportSecondDocument = (second: Document.Parsed<ParsedNode>, diagnostics: Diagnostics): void => {
  const [start] = second.contents?.range ?? second.range
  diagnostics.error(
    'several_documents',
    { start, end: start + 1 },
    'a second YAML document begins here: expected one document in a file',
    'put it into a file of its own, or remove the line `---`',
  )
}

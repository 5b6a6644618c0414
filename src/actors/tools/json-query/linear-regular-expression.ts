import { RE2JS } from 're2js'
import { Fault } from '../../../core/fault.ts'

/**
 * Replaces `RegExp` inside JSONata, in linear time. JSONata makes one for each literal `/…/`, and uses only `exec` and `lastIndex`.
 */
export class LinearRegularExpression {
  lastIndex = 0
  readonly #pattern: RE2JS

  /** @throws Fault `invalid_input` for features that RE2 lacks: backreferences and lookaround */
  constructor(literal: RegExp) {
    try {
      this.#pattern = RE2JS.compile(RE2JS.translateRegExp(literal.source), toFlags(literal))
    } catch (cause) {
      const message = `'query' has a regular expression that RE2 does not know: ${literal}`
      throw new Fault('invalid_input', message, { cause })
    }
  }

  /** Finds the match at or after `lastIndex`, and moves `lastIndex` behind it. */
  exec(text: string): (string[] & { index: number }) | null {
    const matcher = this.#pattern.matcher(text)
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    this.lastIndex = matcher.end()
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '')
    return Object.assign(groups, { index: matcher.start() })
  }
}

const toFlags = ({ ignoreCase, multiline }: RegExp): number =>
  (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0)

/**
 * Every diagnostic code, once: title, cause and cure. docs/errors.md is generated from this list, and a test counts one
 * fixture for each. Codes are words and never change their meaning.
 */
export interface CodeExplanation {
  title: string
  cause: string
  fix: string
}

export const DIAGNOSTIC_CODES = {
  // Reading the file
  source_too_large: {
    title: 'The file is too large',
    cause:
      'A workflow may have 256 KiB, 64 levels, 10,000 nodes and 100 aliases, so that no file can stop the process.',
    fix: 'Split the workflow, or move data into a file that a step reads.',
  },

  // Expressions
  expression_syntax: {
    title: 'The text is not an expression',
    cause:
      'An expression does not follow the grammar of CEL: a bracket or quote is open, an operator is written as in another language, or YAML took a part of it away.',
    fix: 'Follow the hint. In YAML, quote the whole expression when it holds a `: `, ` #`, a `? :`, or begins with a sign.',
  },
  unknown_name: {
    title: 'The name means nothing here',
    cause: 'An expression uses a name that is not in scope at this place, or a text without its quotes.',
    fix: "Correct the spelling. For a text write `'word'`; for a step's output write `steps.<id>.output`.",
  },
  unknown_step_reference: {
    title: 'No such step can be read here',
    cause:
      'An expression names a step that does not exist, or one whose record is not visible here, such as a step inside a foreach.',
    fix: "Correct the id, or read the block's own output. A step can't be looked up by a computed name.",
  },
  unknown_field: {
    title: 'The value has no such field',
    cause: 'A field is read, or given, that the type does not have: a name is misspelt, or the type is not an object.',
    fix: 'Correct the name. The message lists the fields there are.',
  },
  missing_field: {
    title: 'A required field is not given',
    cause: 'A map lacks a field that its schema requires.',
    fix: 'Add the field.',
  },
  unknown_function: {
    title: 'No such function',
    cause: 'An expression calls a function or method that the language does not have.',
    fix: 'Correct the name. The reference lists all functions.',
  },
  type_mismatch: {
    title: 'The type does not fit',
    cause:
      'An operator, a function or a field gets a value of another type than it takes, or two values are compared that can never be equal.',
    fix: 'Convert it with `string()`, `int()` or `double()`, or correct the expression.',
  },
  unknown_enum_value: {
    title: 'Not one of the allowed values',
    cause: 'A value is compared with, or given as, a text that is not among the values it can have.',
    fix: 'Correct the spelling. The message lists the allowed values.',
  },
  not_boolean: {
    title: 'A condition must be true or false',
    cause: 'The test of `when`, `until`, `&&`, `||`, `!` or `? :` has another type than boolean.',
    fix: "Compare it with something, such as `x != null` or `x == 'yes'`.",
  },
  possibly_null: {
    title: 'The value may be null or missing',
    cause:
      'A value is used that its type allows to be null or absent; at run time that would be the fault `expression_failed`.',
    fix: 'Read it with `.?` and give a substitute with `.orValue(…)`, or test it first with `has(…)` or `!= null`.',
  },
  unknown_secret: {
    title: 'The secret is not declared',
    cause: '`secrets.NAME` names a secret that the workflow does not list under `secrets`.',
    fix: 'Add the name to `secrets`, or correct the spelling.',
  },
  secret_misused: {
    title: 'A secret may not stand here',
    cause:
      'A secret is resolved only by what performs the step, so it stands alone in `${ }`, in `with`, `headers` and `verify`; no operator, function or text may hold it.',
    fix: 'Give the secret as the whole value of a field.',
  },
  invalid_regular_expression: {
    title: 'Not a regular expression',
    cause: 'The pattern is not valid in RE2, which has no backreferences and no lookahead.',
    fix: 'Correct the pattern: https://github.com/google/re2/wiki/Syntax',
  },
} as const satisfies Record<string, CodeExplanation>

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

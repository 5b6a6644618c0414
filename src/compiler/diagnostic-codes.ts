/**
 * Every diagnostic code, once: title, cause and cure. docs/errors.md is generated from this list, and a test counts one
 * fixture for each. Codes are words and never change their meaning.
 */
import { READING_CODES } from './reading-codes.ts'
import { STRICT_CODES } from './strict-codes.ts'

export interface CodeExplanation {
  title: string
  cause: string
  fix: string
}

export const DIAGNOSTIC_CODES = {
  ...READING_CODES,

  // The form of a workflow
  unknown_key: {
    title: 'No such key',
    cause: 'A map has a key that the language does not have at this place.',
    fix: 'Correct the spelling. The reference lists the keys of each step.',
  },
  missing_key: {
    title: 'A required key is missing',
    cause: 'A map lacks a key that it can not do without.',
    fix: 'Add the key.',
  },
  excluded_keys: {
    title: 'Keys that exclude each other',
    cause: 'Two keys are given of which there can be one only, such as `prompt` and `messages`.',
    fix: 'Remove one of them.',
  },
  wrong_shape: {
    title: 'The value has the wrong shape',
    cause:
      'A value is a list where a text is expected, a text where a number is expected, and so on; or it is empty or out of range.',
    fix: 'Write what the message expects.',
  },
  unknown_word: {
    title: 'Not one of the words that may stand here',
    cause: 'A key takes one of a few words, and this is none of them.',
    fix: 'Write one of the words of the message.',
  },
  bad_duration: {
    title: 'Not a duration',
    cause: 'A duration is a number and a unit without a blank: ms, s, m, h or d.',
    fix: 'Write it like 500ms, 30s, 10m, 4h or 2d; a backoff like 1s..30s.',
  },
  bad_size: {
    title: 'Not a size',
    cause: 'A size is a number and a unit without a blank: b, kb, mb or gb.',
    fix: 'Write it like 512kb or 64mb.',
  },
  bad_id: {
    title: 'Not a name for a step',
    cause:
      'Ids of steps, names of branches and of items are in snake_case, so that expressions can read them; `end`, `continue` and `fail` are taken.',
    fix: 'Use small letters, digits and `_`, a letter first.',
  },
  bad_name: {
    title: 'Not a name',
    cause:
      'Workflows, aliases, servers, secrets and variables have names of letters, digits, `_` and, but for the last two, `-`.',
    fix: 'Rename it.',
  },
  duplicate_id: {
    title: 'Two steps have the same id',
    cause: 'Ids are unique in the whole file, also across branches and bodies of loops.',
    fix: 'Rename one of the steps.',
  },
  no_kind: {
    title: 'The step or trigger has no kind',
    cause: 'Nothing says what the step does, or what the trigger listens to.',
    fix: 'Add a key such as `llm`, `tool`, `set` or `switch`; for a trigger `nats`, `webhook` or `schedule`.',
  },
  unknown_kind: {
    title: 'No such kind of step',
    cause: 'A key of the step looks like a kind, and is none.',
    fix: 'Correct the spelling. The message lists the kinds.',
  },
  several_kinds: {
    title: 'The step or trigger has two kinds',
    cause: 'Two keys each say what it is, such as `llm` and `tool`.',
    fix: 'Make two of it.',
  },
  too_many_branches: {
    title: 'The parallel has too many branches',
    cause: 'A parallel has at most 16 branches.',
    fix: 'Use `foreach` with `concurrency` for wide work.',
  },
  else_not_last: {
    title: 'A case stands behind else',
    cause: 'The first case that matches wins, and `else` always matches.',
    fix: 'Move `else` to the end.',
  },
  bad_template: {
    title: 'A `${` is not closed',
    cause: 'A text opens an expression with `${`, and its `}` or a quote inside it is missing.',
    fix: 'Close it, or write `$${` for the text itself.',
  },
  unknown_type: {
    title: 'No such type',
    cause: 'A name is given as a type that is none.',
    fix: 'Write string, number, integer, boolean, any, blob, a list, a map of fields, or JSON Schema.',
  },
  bad_type: {
    title: 'Not a type',
    cause: 'A type is a name, a list with one type, a map of fields, or JSON Schema.',
    fix: 'Write one of these. For one of a few texts: `{ enum: [a, b] }`.',
  },
  ambiguous_type: {
    title: 'Fields or JSON Schema?',
    cause: 'A map is JSON Schema by its keys, and one of its values looks like the type of a field.',
    fix: 'For fields, write `{ type: object, properties: … }`; for JSON Schema, choose another text.',
  },
  bad_schema: {
    title: 'Not valid JSON Schema',
    cause: 'A keyword has a value that JSON Schema 2020-12 does not allow, or is none, or a reference leads nowhere.',
    fix: 'Correct it: https://json-schema.org/draft/2020-12. The shorthand ends where JSON Schema begins.',
  },
  bad_default: {
    title: 'The default does not fit its own type',
    cause:
      'The `default` of a field is none of the values that the same schema allows, so that leaving the field out would be an error.',
    fix: 'Correct the default, or leave it out: then the field must be given.',
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

  // Steps and where they lead
  unknown_step: {
    title: 'No such step',
    cause: '`next`, `on_error` or a case of a switch names a step that the workflow does not have.',
    fix: 'Correct the id, or write `end`.',
  },
  jump_across_border: {
    title: 'A jump can not get there',
    cause:
      '`next` and `on_error` reach siblings and the siblings of enclosing blocks. They can not enter a block or another branch, and never leave or enter the body of a foreach.',
    fix: 'Jump to the block, move the step out of it, or end the item with `next: end`.',
  },
  missing_max_visits: {
    title: 'A jump back has no bound',
    cause: 'A step that an earlier or the same step is reached from again could run for ever.',
    fix: 'Give `max_visits` to the target of the jump.',
  },
  handled_bound: {
    title: 'A bound that its own handler takes away',
    cause:
      'The step that a jump goes back to has `max_visits`, and an `on_error` that also takes up the fault `visits_exhausted` and may lead back to the step.',
    fix: 'Name the fault codes that are meant in `on_error`, or give `visits_exhausted` a way of its own.',
  },
  unreachable_step: {
    title: 'The step is never reached',
    cause: 'Every step before it goes elsewhere, and no jump leads to it.',
    fix: 'Let something lead to it, or remove it.',
  },
  endless_run: {
    title: 'The run has no end',
    cause: 'Steps lead back to each other, and no way leads out of the circle to an end of the run.',
    fix: 'Add a case, a `next: end` or an `on_error` that leaves the circle.',
  },
  eventless_cycle: {
    title: 'A circle in which nothing is done',
    cause:
      'A loop or a jump back goes through nothing but switches, empty blocks and skipped steps, so the machine would go round in one breath until its bound.',
    fix: 'Put a step into the circle that is performed each time, such as `set` or `wait`.',
  },
  nobody_decides: {
    title: 'Nobody may decide',
    cause: '`by` of an `approve` step is an empty list or an empty name, so that no decision would ever count.',
    fix: 'Name who may decide; leave `by` out where anyone may.',
  },
  bad_event_name: {
    title: 'Not the name of an event',
    cause:
      'The name of an event is empty, or has blanks in it. It is the `type` of a CloudEvent, which others filter by.',
    fix: 'Write words with dots between them, such as `order.paid`.',
  },
  needless_undo: {
    title: 'There is nothing to undo',
    cause:
      'Steps that only compute or wait change nothing outside the run, and a step that always fails never completes.',
    fix: 'Move `undo` to the step whose effect it takes back, or remove it.',
  },
  idle_flow: {
    title: 'A flow that limits nothing',
    cause: '`flow` has neither `concurrency` nor `rate`, so that no run ever waits.',
    fix: 'Add what is to be limited, or remove `flow`.',
  },
  impossible_join: {
    title: 'The join can not be met',
    cause: '`at_least` asks for more branches than the parallel has.',
    fix: 'Lower the number, or use `join: all`.',
  },
  unassigned_output: {
    title: 'The step may not have run here',
    cause:
      'An expression reads `steps.<id>.output`, and on some path to this place the step has been skipped, has failed, was cancelled, or was not reached; or reads `.error` where the step may not have failed.',
    fix: 'Read it with `steps.?<id>.?output.orValue(…)`, test `steps.<id>.status`, or let the step run on every path.',
  },
  reserved_name: {
    title: 'The name is taken',
    cause:
      '`as` gives the item of a foreach a name that expressions use for something else, or a provider in `troupe.config.yaml` has the name by which usage of child runs is told.',
    fix: 'Choose another name.',
  },

  // What a workflow may name
  unknown_tool: {
    title: 'No such tool',
    cause: 'A tool is named that is neither built in nor a preset nor of a declared MCP server.',
    fix: 'Correct the name. A tool that only an agent offers needs `runs_on` on the step.',
  },
  unknown_model: {
    title: 'No such model',
    cause: 'A step or an alias names a model that is no alias of `models` and no `provider/name` that is known.',
    fix: 'Add the alias to `models`, or correct the name.',
  },
  unpriced_model: {
    title: 'A model without a known price, under a limit on cost',
    cause:
      '`limits.cost_usd` is kept before each call, by what the call may cost. What a call of this model costs is not known.',
    fix: 'Give its price in `troupe.config.yaml`, such as `prices: { local/qwen3: { input: 0, output: 0 } }` in USD per million tokens, or set `limits: { allow_unpriced: true }`: then its calls do not count against the limit.',
  },
  unknown_parameter: {
    title: 'No such model parameter',
    cause: '`params` has a key that is not passed to models, or `script` where no `mock/script` answers.',
    fix: 'Correct the name. The message lists the parameters there are.',
  },
  unknown_fault_code: {
    title: 'No such fault code',
    cause: '`on_error` or `retry.on` names a code that neither Troupe nor a `fail` step of this workflow raises.',
    fix: 'Correct the code. docs/errors.md lists all codes.',
  },
  unmatchable_fault_code: {
    title: 'The fault can not be handled',
    cause: 'Exceeded limits and cancels end the run; no `on_error` and no `retry` can take them up.',
    fix: 'Remove the case. To bound a step, use its `timeout` or `max_visits`.',
  },

  // Releases to come
  not_available_yet: {
    title: 'Not available in this release',
    cause: 'The workflow uses something that is checked now and runs in a later release.',
    fix: 'Nothing is wrong with the workflow. Until then `run` refuses it; models can be replaced by `--model alias=mock/echo`.',
  },
  bad_linked_file: {
    title: 'A file that the workflow names is missing or wrong',
    cause: "The `script` of a `mock/script` step names a file that can't be read, or that holds no list.",
    fix: 'Correct the path, which is relative to the workflow, or make the file a YAML or JSON list of answers.',
  },
  unknown_workflow: {
    title: 'There is no workflow of this name',
    cause: 'A `workflow` step calls another by its name or by a path, and none was found so.',
    fix: 'Correct the name, which is that behind `workflow:` in a file of the same folder, or give the path of the file.',
  },
  recursive_workflow: {
    title: 'A workflow calls itself',
    cause:
      'A workflow is identified by a hash over all that it calls; one that calls itself, directly or through others, would have to contain its own hash.',
    fix: 'Use a `loop` or a `foreach`, or move the common steps into a workflow that both call.',
  },
  nested_too_deeply: {
    title: 'Workflows call each other too deeply',
    cause: 'Calls may nest 10 deep, the first workflow included.',
    fix: 'Flatten the calls: a `do` block groups steps as well.',
  },
  broken_child: {
    title: 'A workflow that is called has errors',
    cause: 'A workflow is checked together with all that it calls.',
    fix: 'Run `troupe validate` on the file that is named, and mend what it reports.',
  },

  ...STRICT_CODES,
} as const satisfies Record<string, CodeExplanation>

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

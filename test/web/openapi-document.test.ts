import { Validator } from '@seriousme/openapi-schema-validator'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'
import { reachedWith } from '../support/reached.ts'

const toObject = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

const test = suite('OpenAPI document')

test('a public validator finds no error in it, and each operation has what generators need', () =>
  reachedWith([], async ({ client: { document } }) => {
    const validator = new Validator()
    assert.equal(await validator.validate(structuredClone(document)), { valid: true })
    assert.is(validator.version, '3.1')
    const operations = Object.values(toObject(document.paths)).flatMap((methods) => Object.values(toObject(methods)))
    const ids = operations.map((operation) => toObject(operation).operationId)
    assert.is(new Set(ids).size, operations.length, 'ids of operations are unique')
    for (const operation of operations.map(toObject)) {
      assert.match(String(operation.operationId), /^[a-z][A-Za-z]+$/)
      assert.ok(Array.isArray(operation.tags) && typeof operation.summary === 'string', String(operation.operationId))
      for (const errors of ['4XX', '5XX']) assert.ok(errors in toObject(operation.responses))
    }
  }))

test.run()

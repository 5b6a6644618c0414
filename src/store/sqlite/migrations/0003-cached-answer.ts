import { Migration } from '@mikro-orm/migrations'

/** Answers of models may be kept for a while; runs say how many of their calls were answered so. */
export class CachedAnswerMigration extends Migration {
  override name = '0003-cached-answer'

  override up(): void {
    this.addSql(
      'create table cached_answer (key text not null primary key, answer text not null, expires_at bigint not null)',
    )
    this.addSql('create index cached_answer_expires_at on cached_answer (expires_at)')
    this.addSql('alter table run add column cache_hits integer null')
    this.addSql('pragma user_version = 3')
  }
}

import { Module } from '@nestjs/common';
import { APP_GUARD, APP_PIPE, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request } from 'express';
import { EventsController } from './events.controller';
import { BearerGuard, LookupGuard, MediaTypeGuard, isRead, throttle } from './http';
import { hasVariant } from './options';
import { Store } from './store';
import { TicketTypesController } from './ticket-types.controller';
import { BodyPipe } from './validation';
import { VenuesController } from './venues.controller';

@Module({
  controllers: [EventsController, TicketTypesController, VenuesController],
  providers: [
    Store,
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: APP_GUARD, useClass: MediaTypeGuard },
    { provide: APP_GUARD, useClass: LookupGuard },
    { provide: APP_PIPE, useClass: BodyPipe },
  ],
})
class AppModule {}

export async function createApp(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false, logger: ['fatal'] });
  app.disable('x-powered-by');
  app.set('etag', false);
  if (hasVariant('throttled')) app.use(throttle());
  app.useBodyParser('json', { limit: '100kb', type: (request) => isRead(request as Request) });
  return app;
}

export function createDocument(app: NestExpressApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Events')
    .setVersion('1.4.0')
    .setDescription(
      'Events, their ticket types, and venues.\n\n' +
        'Bodies are JSON objects. Properties that the schema of a body does not name are ignored, so that a record that was ' +
        'read may be sent back; properties that only answers have cannot be changed. A property that is not set is null in ' +
        'answers, or left out of them.\n\n' +
        'With `If-Match` a change is made only if the record has that `ETag`.',
    )
    .addServer('https://api.events.example')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The token of an organiser.' }, 'token')
    .build();
  return SwaggerModule.createDocument(app, config);
}

import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UnprocessableEntityException,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiCommon, ApiRecord, ApiShown, ApiUpdate, ApiWrite } from './documentation';
import { CreateEventDto, EventDto, EventListDto, EventStatus, UpdateEventDto } from './events.dto';
import { Account, answer, checkPreconditions, owned } from './http';
import { hasFault, hasVariant } from './options';
import { KeptEvent, Store, merged, newEventId, newKept, shown } from './store';
import { toUtc } from './validation';

const ApiEventId = () => ApiParam({ name: 'eventId', schema: { type: 'string', format: 'uuid' } });

@ApiTags('events')
@ApiBearerAuth('token')
@Controller('events')
export class EventsController {
  constructor(private readonly store: Store) {}

  @Get()
  @ApiOperation({ operationId: 'listEvents', summary: 'The events of the organiser' })
  @ApiQuery({ name: 'status', enum: EventStatus, enumName: 'EventStatus', required: false })
  @ApiCommon()
  @ApiOkResponse({ type: EventListDto })
  list(@Account() account: string, @Query('status') status?: string): object {
    const events = this.store.events.all().filter((event) => event.account === account && (!status || event.status === status));
    return { data: events.map(shown), total: events.length };
  }

  @Post()
  @ApiOperation({ operationId: 'createEvent', summary: 'A new event' })
  @ApiCommon()
  @ApiWrite()
  @ApiCreatedResponse({ type: EventDto, description: 'The new event.' })
  create(@Account() account: string, @Body() body: CreateEventDto, @Res({ passthrough: true }) response: Response): object {
    const unset = { description: null, endsAt: null, venueId: null, website: null };
    const event = normalized(merged({ id: newEventId(), account, ...unset, ...newKept() } as unknown as KeptEvent, body));
    this.check(event);
    response.setHeader('Location', `/events/${event.id}`);
    return answer(response, this.store.events.put(event));
  }

  @Get(':eventId')
  @ApiOperation({ operationId: 'getEvent', summary: 'One event' })
  @ApiEventId()
  @ApiShown(EventDto)
  get(@Account() account: string, @Param('eventId') id: string, @Res({ passthrough: true }) response: Response): object {
    return answer(response, owned(this.store, id, account));
  }

  @Patch(':eventId')
  @ApiOperation({
    operationId: 'updateEvent',
    summary: 'Changes an event',
    description:
      'Only the properties that are sent are changed, all of them or, if one is refused, none. `contact`, `sessions` and ' +
      '`tags` are replaced as a whole. Null empties the properties that are nullable. `endsAt` must be after `startsAt` (422).',
  })
  @ApiEventId()
  @ApiUpdate(EventDto, UpdateEventDto, { title: 'Long Night of the Organs', capacity: 900, endsAt: null })
  update(
    @Account() account: string,
    @Param('eventId') id: string,
    @Body() body: UpdateEventDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): object {
    const event = owned(this.store, id, account);
    if (hasFault('false-ignored') && body.isOnline === false) delete body.isOnline;
    const next = normalized(merged(event, body));
    this.refuseReturnToDraft(event, next);
    if (hasFault('half-applied')) this.store.events.change({ ...next, startsAt: event.startsAt, endsAt: event.endsAt });
    this.check(next);
    checkPreconditions(request, event);
    return answer(response, this.store.events.change(next));
  }

  @Delete(':eventId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteEvent', summary: 'Removes an event with its ticket types' })
  @ApiEventId()
  @ApiRecord()
  @ApiNoContentResponse({ description: 'The event is gone.' })
  remove(@Account() account: string, @Param('eventId') id: string, @Req() request: Request): void {
    checkPreconditions(request, owned(this.store, id, account));
    const types = this.store.ticketTypes.all().filter(({ eventId }) => eventId === id);
    types.forEach((type) => this.store.ticketTypes.remove(String(type.id)));
    this.store.events.remove(id);
  }

  /** The rules between the properties of an event. */
  private check(event: KeptEvent): void {
    if (event.venueId && !this.store.venues.get(event.venueId)) {
      throw new UnprocessableEntityException(['venueId must be an existing venue']);
    }
    if (event.endsAt && Date.parse(event.endsAt) <= Date.parse(event.startsAt)) {
      throw new UnprocessableEntityException(['endsAt must be after startsAt']);
    }
  }

  private refuseReturnToDraft(event: KeptEvent, next: KeptEvent): void {
    const returns = event.status !== EventStatus.Draft && next.status === EventStatus.Draft;
    if (returns && hasVariant('published-stays')) throw new ConflictException('the event was published');
  }
}

function normalized(event: KeptEvent): KeptEvent {
  return {
    ...event,
    startsAt: toUtc(event.startsAt),
    endsAt: event.endsAt ? toUtc(event.endsAt) : null,
    contact: { ...event.contact, phone: event.contact.phone ?? null },
  };
}

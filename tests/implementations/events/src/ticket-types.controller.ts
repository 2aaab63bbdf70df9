import { Body, Controller, Delete, Get, HttpCode, NotFoundException, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { UnprocessableEntityException } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiRecord, ApiShown, ApiUpdate, ApiWrite } from './documentation';
import { Account, answer, checkPreconditions, owned } from './http';
import { hasFault } from './options';
import { KeptTicketType, Store, merged, newKept, shown } from './store';
import { CreateTicketTypeDto, TicketTypeDto, TicketTypeListDto, UpdateTicketTypeDto } from './ticket-types.dto';
import { toUtc } from './validation';

const ApiTicketTypeId = () => ApiParam({ name: 'ticketTypeId', schema: { type: 'integer' } });

@ApiTags('ticket types')
@ApiBearerAuth('token')
@ApiParam({ name: 'eventId', schema: { type: 'string', format: 'uuid' } })
@Controller('events/:eventId/ticket-types')
export class TicketTypesController {
  constructor(private readonly store: Store) {}

  @Get()
  @ApiOperation({ operationId: 'listTicketTypes', summary: 'The ticket types of an event' })
  @ApiRecord()
  @ApiOkResponse({ type: TicketTypeListDto })
  list(@Account() account: string, @Param('eventId') eventId: string): object {
    owned(this.store, eventId, account);
    const types = this.store.ticketTypes.all().filter((type) => type.eventId === eventId);
    return { data: types.map(shown), total: types.length };
  }

  @Post()
  @ApiOperation({ operationId: 'createTicketType', summary: 'A new ticket type' })
  @ApiRecord()
  @ApiWrite()
  @ApiCreatedResponse({ type: TicketTypeDto, description: 'The new ticket type.' })
  create(
    @Account() account: string,
    @Param('eventId') eventId: string,
    @Body() body: CreateTicketTypeDto,
    @Res({ passthrough: true }) response: Response,
  ): object {
    owned(this.store, eventId, account);
    const defaults = { visibility: 'public', salesEnd: null, perks: [], sold: 0 };
    const own = { id: this.store.nextTicketTypeId(), eventId, ...defaults, ...newKept() };
    const type = normalized(merged(own as unknown as KeptTicketType, body));
    check(type);
    response.setHeader('Location', `/events/${eventId}/ticket-types/${type.id}`);
    return answer(response, this.store.ticketTypes.put(type));
  }

  @Get(':ticketTypeId')
  @ApiOperation({ operationId: 'getTicketType', summary: 'One ticket type' })
  @ApiTicketTypeId()
  @ApiShown(TicketTypeDto)
  get(
    @Account() account: string,
    @Param('eventId') eventId: string,
    @Param('ticketTypeId') id: string,
    @Res({ passthrough: true }) response: Response,
  ): object {
    return answer(response, this.find(eventId, id, account));
  }

  @Patch(':ticketTypeId')
  @ApiOperation({
    operationId: 'updateTicketType',
    summary: 'Changes a ticket type',
    description:
      'Only the properties that are sent are changed, all of them or, if one is refused, none. `perks` is replaced as a ' +
      'whole. `salesEnd` must be after `salesStart`, and `quantity` at least what was sold (422).',
  })
  @ApiTicketTypeId()
  @ApiUpdate(TicketTypeDto, UpdateTicketTypeDto, { price: 29.9, perks: [{ label: 'Seat in the nave', included: true }] })
  update(
    @Account() account: string,
    @Param('eventId') eventId: string,
    @Param('ticketTypeId') id: string,
    @Body() body: UpdateTicketTypeDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): object {
    const type = this.find(eventId, id, account);
    if (hasFault('perks-appended') && body.perks) body.perks = [...(type.perks ?? []), ...body.perks];
    if (hasFault('price-floored') && body.price) body.price = Math.floor(body.price * 100) / 100;
    const next = normalized(merged(type, body));
    check(next);
    checkPreconditions(request, type);
    if (hasFault('currency-everywhere')) this.setCurrency(next.currency, id);
    return answer(response, this.store.ticketTypes.change(next));
  }

  @Delete(':ticketTypeId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteTicketType', summary: 'Removes a ticket type' })
  @ApiTicketTypeId()
  @ApiRecord()
  @ApiNoContentResponse({ description: 'The ticket type is gone.' })
  remove(
    @Account() account: string,
    @Param('eventId') eventId: string,
    @Param('ticketTypeId') id: string,
    @Req() request: Request,
  ): void {
    checkPreconditions(request, this.find(eventId, id, account));
    this.store.ticketTypes.remove(id);
  }

  private find(eventId: string, id: string, account: string): KeptTicketType {
    owned(this.store, eventId, account);
    const type = this.store.ticketTypes.get(id);
    if (type?.eventId !== eventId) throw new NotFoundException('ticket type not found');
    return type;
  }

  private setCurrency(currency: string, id: string): void {
    const others = this.store.ticketTypes.all().filter((type) => String(type.id) !== id);
    others.forEach((other) => this.store.ticketTypes.change({ ...other, currency }));
  }
}

/** The rules between the properties of a ticket type. */
function check(type: KeptTicketType): void {
  if (type.quantity < type.sold) {
    throw new UnprocessableEntityException([`quantity must not be less than ${type.sold}, the number sold`]);
  }
  if (type.salesEnd && Date.parse(type.salesEnd) <= Date.parse(type.salesStart)) {
    throw new UnprocessableEntityException(['salesEnd must be after salesStart']);
  }
}

function normalized(type: KeptTicketType): KeptTicketType {
  return { ...type, salesStart: toUtc(type.salesStart), salesEnd: type.salesEnd ? toUtc(type.salesEnd) : null };
}

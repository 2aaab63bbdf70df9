import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiCommon, ApiRecord, ApiShown, ApiUpdate, ApiWrite, ErrorDto } from './documentation';
import { answer, checkPreconditions } from './http';
import { hasFault } from './options';
import { KeptVenue, Store, merged, newKept, newVenueId, shown } from './store';
import { CreateVenueDto, UpdateVenueDto, VenueDto, VenueListDto } from './venues.dto';

const ApiVenueId = () => ApiParam({ name: 'venueId', schema: { type: 'string', example: 'ven_k3m9qa' } });

@ApiTags('venues')
@ApiBearerAuth('token')
@Controller('venues')
export class VenuesController {
  constructor(private readonly store: Store) {}

  @Get()
  @ApiOperation({ operationId: 'listVenues', summary: 'The venues, which all organisers share' })
  @ApiCommon()
  @ApiOkResponse({ type: VenueListDto })
  list(): object {
    const venues = this.store.venues.all();
    return { data: venues.map(shown), total: venues.length };
  }

  @Post()
  @ApiOperation({ operationId: 'createVenue', summary: 'A new venue' })
  @ApiCommon()
  @ApiWrite()
  @ApiCreatedResponse({ type: VenueDto, description: 'The new venue.' })
  create(@Body() body: CreateVenueDto, @Res({ passthrough: true }) response: Response): object {
    const unset = { location: null, bookingEmail: null, phone: null, rating: null };
    const venue = merged({ id: newVenueId(), ...unset, ...newKept() } as unknown as KeptVenue, body);
    response.setHeader('Location', `/venues/${venue.id}`);
    return answer(response, this.store.venues.put(venue));
  }

  @Get(':venueId')
  @ApiOperation({ operationId: 'getVenue', summary: 'One venue' })
  @ApiVenueId()
  @ApiShown(VenueDto)
  get(@Param('venueId') id: string, @Res({ passthrough: true }) response: Response): object {
    return answer(response, this.find(id));
  }

  @Patch(':venueId')
  @ApiOperation({
    operationId: 'updateVenue',
    summary: 'Changes a venue',
    description:
      'Only the properties that are sent are changed, all of them or, if one is refused, none. `address`, `location`, ' +
      '`accessibility` and `openingHours` are replaced as a whole. Null empties the properties that are nullable.',
  })
  @ApiVenueId()
  @ApiUpdate(VenueDto, UpdateVenueDto, { capacity: 450, location: { latitude: 54.09, longitude: 12.14 } })
  update(
    @Param('venueId') id: string,
    @Body() body: UpdateVenueDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): object {
    const venue = this.find(id);
    if (hasFault('null-ignored') && body.location === null) delete body.location;
    const next = merged(venue, body);
    checkPreconditions(request, venue);
    return answer(response, this.store.venues.change(next));
  }

  @Delete(':venueId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteVenue', summary: 'Removes a venue' })
  @ApiVenueId()
  @ApiRecord()
  @ApiConflictResponse({ type: ErrorDto, description: 'An event takes place there.' })
  @ApiNoContentResponse({ description: 'The venue is gone.' })
  remove(@Param('venueId') id: string, @Req() request: Request): void {
    checkPreconditions(request, this.find(id));
    if (this.store.events.all().some(({ venueId }) => venueId === id)) throw new ConflictException('an event takes place there');
    this.store.venues.remove(id);
  }

  private find(id: string): KeptVenue {
    const venue = this.store.venues.get(id);
    if (!venue) throw new NotFoundException('venue not found');
    return venue;
  }
}

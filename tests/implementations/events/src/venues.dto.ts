import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { NestedList, NestedObject, NormalizeEmail, Trim } from './validation';

export const AIDS = ['step_free', 'hearing_loop', 'accessible_toilet', 'quiet_room', 'assistance_dogs'];
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export class AddressDto {
  @ApiProperty({ minLength: 1, maxLength: 120, example: 'Speicherstraße 14', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 120)
  street: string;

  @ApiProperty({ minLength: 1, maxLength: 80, example: 'Rostock', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(1, 80)
  city: string;

  @ApiProperty({ pattern: '^[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]$', example: '18055' })
  @IsString()
  @Matches(/^[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]$/)
  postalCode: string;

  @ApiProperty({ pattern: '^[A-Z]{2}$', example: 'DE', description: 'Two capital letters, as in ISO 3166-1.' })
  @IsString()
  @Matches(/^[A-Z]{2}$/)
  country: string;
}

export class LocationDto {
  @ApiProperty({ type: 'number', minimum: -90, maximum: 90, example: 54.0924 })
  @IsNumber()
  @Min(-90)
  @Max(90)
  latitude: number;

  @ApiProperty({ type: 'number', minimum: -180, maximum: 180, example: 12.1407 })
  @IsNumber()
  @Min(-180)
  @Max(180)
  longitude: number;
}

export class OpeningDto {
  @ApiProperty({ enum: DAYS, example: 'fri' })
  @IsIn(DAYS)
  day: string;

  @ApiProperty({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', example: '17:00' })
  @IsString()
  @Matches(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
  opens: string;

  @ApiProperty({
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    example: '23:30',
    description: 'On the next day if not after opens.',
  })
  @IsString()
  @Matches(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
  closes: string;
}

export class CreateVenueDto {
  @ApiProperty({ minLength: 2, maxLength: 80, example: 'Speicher 14', description: 'White space around it is dropped.' })
  @Trim()
  @IsString()
  @Length(2, 80)
  name: string;

  @ApiProperty({ type: () => AddressDto, description: 'Replaced as a whole.' })
  @NestedObject()
  @Type(() => AddressDto)
  address: AddressDto;

  @ApiPropertyOptional({ type: () => LocationDto, nullable: true, description: 'Null if not surveyed. Replaced as a whole.' })
  @IsOptional()
  @NestedObject()
  @Type(() => LocationDto)
  location?: LocationDto | null;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 200000, example: 420 })
  @IsInt()
  @Min(1)
  @Max(200000)
  capacity: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: AIDS },
    uniqueItems: true,
    maxItems: 5,
    example: ['step_free', 'hearing_loop'],
    description: 'A set: the order has no meaning and need not be kept.',
  })
  @IsArray()
  @ArrayMaxSize(5)
  @ArrayUnique()
  @IsIn(AIDS, { each: true })
  accessibility: string[];

  @ApiPropertyOptional({
    type: String,
    format: 'email',
    nullable: true,
    maxLength: 254,
    example: 'booking@speicher14.example',
    description: 'Kept in lower case. The domain has at least one dot.',
  })
  @NormalizeEmail()
  @IsOptional()
  @IsEmail()
  @MaxLength(254)
  bookingEmail?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    pattern: '^\\+[1-9][0-9]{6,14}$',
    example: '+49381987654',
    description: 'E.164.',
  })
  @IsOptional()
  @Matches(/^\+[1-9][0-9]{6,14}$/)
  phone?: string | null;

  @ApiProperty({ type: Boolean, example: true })
  @IsBoolean()
  isActive: boolean;

  @ApiProperty({ type: () => [OpeningDto], maxItems: 14, description: 'The list is replaced as a whole.' })
  @Type(() => OpeningDto)
  @IsArray()
  @ArrayMaxSize(14)
  @NestedList()
  openingHours: OpeningDto[];
}

export class UpdateVenueDto extends PartialType(CreateVenueDto, { skipNullProperties: false }) {}

export class VenueDto extends CreateVenueDto {
  @ApiProperty({ readOnly: true, pattern: '^ven_[a-z0-9]{6}$', example: 'ven_k3m9qa' })
  id: string;

  @ApiPropertyOptional({
    type: 'number',
    nullable: true,
    readOnly: true,
    minimum: 1,
    maximum: 5,
    example: 4.6,
    description: 'By visitors.',
  })
  rating?: number | null;

  @ApiProperty({ type: String, format: 'date-time', readOnly: true, example: '2026-03-11T10:00:00.000Z' })
  createdAt: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    readOnly: true,
    example: '2026-08-20T15:21:03.500Z',
    description: 'When the venue was last changed.',
  })
  updatedAt: string;
}

export class VenueListDto {
  @ApiProperty({ type: () => [VenueDto] })
  data: VenueDto[];

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  total: number;
}

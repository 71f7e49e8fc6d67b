using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class CatalogAndContent : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "avatar_url",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "birthday",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "deleted_at",
                table: "accounts_users",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "gender",
                table: "accounts_users",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "last_login_address",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "last_login_at",
                table: "accounts_users",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "registered_address",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "accounts_addresses",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    link_man = table.Column<string>(type: "text", nullable: false),
                    mobile = table.Column<string>(type: "text", nullable: false),
                    province_id = table.Column<string>(type: "text", nullable: false),
                    city_id = table.Column<string>(type: "text", nullable: false),
                    district_id = table.Column<string>(type: "text", nullable: false),
                    street_id = table.Column<string>(type: "text", nullable: false),
                    province_name = table.Column<string>(type: "text", nullable: false),
                    city_name = table.Column<string>(type: "text", nullable: false),
                    district_name = table.Column<string>(type: "text", nullable: false),
                    street_name = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false),
                    post_code = table.Column<string>(type: "text", nullable: false),
                    latitude = table.Column<double>(type: "double precision", nullable: true),
                    longitude = table.Column<double>(type: "double precision", nullable: true),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    is_default = table.Column<bool>(type: "boolean", nullable: false),
                    extra_json = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false),
                    deleted_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_addresses", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_categories",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: false),
                    level = table.Column<int>(type: "integer", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_categories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_counters",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    orders = table.Column<long>(type: "bigint", nullable: false),
                    sold = table.Column<long>(type: "bigint", nullable: false),
                    favourites = table.Column<long>(type: "bigint", nullable: false),
                    reviews = table.Column<long>(type: "bigint", nullable: false),
                    good_reviews = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_counters", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_favourites",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_favourites", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_freights",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_freights", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_goods",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    category_id = table.Column<long>(type: "bigint", nullable: false),
                    store_id = table.Column<long>(type: "bigint", nullable: false),
                    freight_id = table.Column<long>(type: "bigint", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    search_tags = table.Column<string>(type: "text", nullable: false),
                    bar_code = table.Column<string>(type: "text", nullable: false),
                    recommended = table.Column<bool>(type: "boolean", nullable: false),
                    hidden = table.Column<bool>(type: "boolean", nullable: false),
                    bargain = table.Column<bool>(type: "boolean", nullable: false),
                    group_buy = table.Column<bool>(type: "boolean", nullable: false),
                    flash_sale = table.Column<bool>(type: "boolean", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    off_sale_when_empty = table.Column<bool>(type: "boolean", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false),
                    original_cents = table.Column<long>(type: "bigint", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    group_cents = table.Column<long>(type: "bigint", nullable: false),
                    bargain_cents = table.Column<long>(type: "bigint", nullable: false),
                    property_ids = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_goods", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_levels",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    rebate = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_levels", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_member_prices",
                columns: table => new
                {
                    sku_id = table.Column<long>(type: "bigint", nullable: false),
                    level_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_member_prices", x => new { x.sku_id, x.level_id });
                });

            migrationBuilder.CreateTable(
                name: "catalog_members",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    level_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_members", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_parts",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    parts = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_parts", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_properties",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_properties", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_property_values",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    property_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_property_values", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_reviews",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_name = table.Column<string>(type: "text", nullable: false),
                    picture = table.Column<string>(type: "text", nullable: false),
                    property = table.Column<string>(type: "text", nullable: false),
                    amount_cents = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    rating = table.Column<int>(type: "integer", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    reply = table.Column<string>(type: "text", nullable: false),
                    pictures = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    nick = table.Column<string>(type: "text", nullable: false),
                    avatar = table.Column<string>(type: "text", nullable: false),
                    province = table.Column<string>(type: "text", nullable: false),
                    city = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_reviews", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_search",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    tokens = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_search", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_sequences",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    next = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_sequences", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "catalog_skus",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    pairs = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false),
                    original_cents = table.Column<long>(type: "bigint", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    group_cents = table.Column<long>(type: "bigint", nullable: false),
                    bargain_cents = table.Column<long>(type: "bigint", nullable: false),
                    picture = table.Column<string>(type: "text", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    weight_grams = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_skus", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_stock_changes",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    sku_id = table.Column<long>(type: "bigint", nullable: false),
                    before = table.Column<long>(type: "bigint", nullable: false),
                    after = table.Column<long>(type: "bigint", nullable: false),
                    operator_id = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stock_changes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_stocks",
                columns: table => new
                {
                    sku_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    stock = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stocks", x => x.sku_id);
                    table.CheckConstraint("ck_catalog_stock", "stock >= 0");
                });

            migrationBuilder.CreateTable(
                name: "catalog_stores",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false),
                    open = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stores", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_views",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    views = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_views", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "comments_comments",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    ref_id = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    search_content = table.Column<string>(type: "text", nullable: false),
                    pictures = table.Column<string>(type: "text", nullable: false),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    mobile = table.Column<string>(type: "text", nullable: false),
                    extra_json = table.Column<string>(type: "text", nullable: false),
                    shop_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    reply = table.Column<string>(type: "text", nullable: false),
                    replied_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_comments_comments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_article_tags",
                columns: table => new
                {
                    article_id = table.Column<long>(type: "bigint", nullable: false),
                    tag_id = table.Column<long>(type: "bigint", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_article_tags", x => new { x.article_id, x.tag_id });
                });

            migrationBuilder.CreateTable(
                name: "content_articles",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    category_id = table.Column<long>(type: "bigint", nullable: false),
                    picture_url = table.Column<string>(type: "text", nullable: false),
                    summary = table.Column<string>(type: "text", nullable: false),
                    keywords = table.Column<string>(type: "text", nullable: false),
                    search_keywords = table.Column<string>(type: "text", nullable: false),
                    author = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    recommended = table.Column<bool>(type: "boolean", nullable: false),
                    views = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_articles", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_banners",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    picture_url = table.Column<string>(type: "text", nullable: false),
                    link_type = table.Column<int>(type: "integer", nullable: false),
                    link_url = table.Column<string>(type: "text", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false),
                    business_id = table.Column<long>(type: "bigint", nullable: false),
                    shop_id = table.Column<long>(type: "bigint", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_banners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_categories",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    icon_url = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_categories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_notices",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    remind = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_notices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_pages",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_pages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_partners",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    logo_url = table.Column<string>(type: "text", nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_partners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_settings",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_settings", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_tags",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    sort = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_tags", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_texts",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    html = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_texts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_videos",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    cover_url = table.Column<string>(type: "text", nullable: false),
                    duration_seconds = table.Column<int>(type: "integer", nullable: false),
                    fluent_url = table.Column<string>(type: "text", nullable: false),
                    low_url = table.Column<string>(type: "text", nullable: false),
                    standard_url = table.Column<string>(type: "text", nullable: false),
                    high_url = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_videos", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_files",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    shown_name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    width = table.Column<int>(type: "integer", nullable: false),
                    height = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_files", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_usage",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_usage", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "silo_versions",
                columns: table => new
                {
                    topic = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_versions", x => x.topic);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_deleted_at",
                table: "accounts_addresses",
                column: "deleted_at",
                filter: "deleted_at > 0");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id",
                table: "accounts_addresses",
                column: "user_id",
                unique: true,
                filter: "is_default");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_request_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "request_id" },
                unique: true,
                filter: "request_id <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_counters_orders",
                table: "catalog_counters",
                column: "orders");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_favourites_goods_id",
                table: "catalog_favourites",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_favourites_user_id_goods_id",
                table: "catalog_favourites",
                columns: new[] { "user_id", "goods_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_bar_code",
                table: "catalog_goods",
                column: "bar_code",
                filter: "bar_code <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_category_id_published_hidden_sort_id",
                table: "catalog_goods",
                columns: new[] { "category_id", "published", "hidden", "sort", "id" },
                descending: new[] { false, false, false, false, true });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_freight_id",
                table: "catalog_goods",
                column: "freight_id",
                filter: "freight_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_price_cents_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "price_cents", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_search_name_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "search_name", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_sort_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "sort", "id" },
                descending: new[] { false, false, false, true });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_store_id",
                table: "catalog_goods",
                column: "store_id",
                filter: "store_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_member_prices_goods_id",
                table: "catalog_member_prices",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_members_level_id",
                table: "catalog_members",
                column: "level_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_property_values_property_id",
                table: "catalog_property_values",
                column: "property_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_reviews_goods_id_id",
                table: "catalog_reviews",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_skus_goods_id_pairs",
                table: "catalog_skus",
                columns: new[] { "goods_id", "pairs" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stock_changes_goods_id_id",
                table: "catalog_stock_changes",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stock_changes_sku_id_id",
                table: "catalog_stock_changes",
                columns: new[] { "sku_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stocks_goods_id",
                table: "catalog_stocks",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_parent_id_id",
                table: "comments_comments",
                columns: new[] { "parent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_ref_id_kind_id",
                table: "comments_comments",
                columns: new[] { "ref_id", "kind", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_status_id",
                table: "comments_comments",
                columns: new[] { "status", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_id",
                table: "comments_comments",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_request_id",
                table: "comments_comments",
                columns: new[] { "user_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_article_tags_tag_id",
                table: "content_article_tags",
                column: "tag_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_category_id",
                table: "content_articles",
                column: "category_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_sort_id",
                table: "content_articles",
                columns: new[] { "sort", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_views",
                table: "content_articles",
                column: "views");

            migrationBuilder.CreateIndex(
                name: "IX_content_categories_parent_id",
                table: "content_categories",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_notices_user_id_id",
                table: "content_notices",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_content_pages_key",
                table: "content_pages",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_settings_name",
                table: "content_settings",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_tags_search_name",
                table: "content_tags",
                column: "search_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_videos_key",
                table: "content_videos",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_expires_at",
                table: "files_files",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_files_files_name",
                table: "files_files",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_user_id_id",
                table: "files_files",
                columns: new[] { "user_id", "id" });

            migrationBuilder.Sql(Silo.Catalog.CatalogSearchSchema.PostgreSql);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_addresses");

            migrationBuilder.DropTable(
                name: "catalog_categories");

            migrationBuilder.DropTable(
                name: "catalog_counters");

            migrationBuilder.DropTable(
                name: "catalog_favourites");

            migrationBuilder.DropTable(
                name: "catalog_freights");

            migrationBuilder.DropTable(
                name: "catalog_goods");

            migrationBuilder.DropTable(
                name: "catalog_levels");

            migrationBuilder.DropTable(
                name: "catalog_member_prices");

            migrationBuilder.DropTable(
                name: "catalog_members");

            migrationBuilder.DropTable(
                name: "catalog_parts");

            migrationBuilder.DropTable(
                name: "catalog_properties");

            migrationBuilder.DropTable(
                name: "catalog_property_values");

            migrationBuilder.DropTable(
                name: "catalog_reviews");

            migrationBuilder.DropTable(
                name: "catalog_search");

            migrationBuilder.DropTable(
                name: "catalog_sequences");

            migrationBuilder.DropTable(
                name: "catalog_skus");

            migrationBuilder.DropTable(
                name: "catalog_stock_changes");

            migrationBuilder.DropTable(
                name: "catalog_stocks");

            migrationBuilder.DropTable(
                name: "catalog_stores");

            migrationBuilder.DropTable(
                name: "catalog_views");

            migrationBuilder.DropTable(
                name: "comments_comments");

            migrationBuilder.DropTable(
                name: "content_article_tags");

            migrationBuilder.DropTable(
                name: "content_articles");

            migrationBuilder.DropTable(
                name: "content_banners");

            migrationBuilder.DropTable(
                name: "content_categories");

            migrationBuilder.DropTable(
                name: "content_notices");

            migrationBuilder.DropTable(
                name: "content_pages");

            migrationBuilder.DropTable(
                name: "content_partners");

            migrationBuilder.DropTable(
                name: "content_settings");

            migrationBuilder.DropTable(
                name: "content_tags");

            migrationBuilder.DropTable(
                name: "content_texts");

            migrationBuilder.DropTable(
                name: "content_videos");

            migrationBuilder.DropTable(
                name: "files_files");

            migrationBuilder.DropTable(
                name: "files_usage");

            migrationBuilder.DropTable(
                name: "silo_versions");

            migrationBuilder.DropColumn(
                name: "avatar_url",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "birthday",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "gender",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "last_login_address",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "last_login_at",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "registered_address",
                table: "accounts_users");
        }
    }
}
